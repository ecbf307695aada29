# SPDX-License-Identifier: Apache-2.0
"""Texts about cases, their life cycles and clocks."""

TEXTS: dict[str, tuple[str, str]] = {
    "case.unknown": (
        "没有办件 {number}，或不在您的辖区",
        "There is no case {number}, or it is not in your region",
    ),
    "case.not_followed": (
        "编号 {number} 与查询码不符；请核对提交时给出的编号和查询码",
        "Number {number} and the code do not belong together; check what you were given when filing",
    ),
    "case.guard_missing": (
        "步骤 {step} 须由业务系统同时记账或核查，而该系统没有启用；请联系管理员启用",
        "The step {step} books or checks something in a service that is not enabled; ask the administrator to enable it",
    ),
    "case.not_yours": (
        "办理“{what}”须有角色 {roles}（辖区 {region}）；请联系本部门管理员",
        "“{what}” needs a role of {roles} (region {region}); ask your department's administrator",
    ),
    "case.counts_of_all": (
        "“{kind}”的统计不分部门，只有不限部门的岗位能看；本部门的办件请看收件箱",
        "{kind_en}: counts are of all departments, for posts bound to none; see your own inbox",
    ),
    "case.moved": (
        "{by} 已于 {at} 先办理了“{act}”，办件 {number} 现为 {state}；请刷新后再办",
        "{by} took “{act}” first, at {at}; case {number} is now {state}; reload and go on from there",
    ),
    "case.step_not_allowed": (
        "办件在状态 {state} 时不能办理“{step}”；请刷新查看可办步骤",
        "“{step}” cannot be taken in state {state}; reload to see which steps can",
    ),
    "case.four_eyes": (
        "“{other}”是 {by} 办的，“{step}”须由另一人办理",
        "{by} took “{other}”; somebody else must take “{step}”",
    ),
    "case.held": (
        "办件 {number} 已由 {by} 认领",
        "Case {number} is held by {by} already",
    ),
    "case.closed": (
        "办件 {number} 已办结",
        "Case {number} is closed",
    ),
    "case.cannot_gather": (
        "办件 {number} 不能并入 {into}；请并入一件未被并入的同类办件",
        "Case {number} cannot be gathered into {into}; choose one that stands for itself",
    ),
    "case.transfer_nowhere": (
        "办件 {number} 已在该辖区和部门；请另选",
        "Case {number} is there already; choose another region or department",
    ),
    "case.no_such_department": (
        "没有部门 {department}；请从列表中选",
        "There is no department {department}; choose from the list",
    ),
    "case.no_such_file": (
        "办件 {number} 没有这个附件",
        "Case {number} has no such attachment",
    ),
    "case.nothing_to_sign": (
        "{number} 还没有可以签署的文本；请等调解员提出方案",
        "There is no text to sign in {number} yet; wait until the mediator proposes one",
    ),
    "case.signature_wrong": (
        "签署码不对，没有签署；请核对后再输入（投诉人用查询码，商家用寄到邮箱或另行告知的签署码）",
        "Nothing was signed: the code is wrong. Type that of the case, or the one sent or told to you",
    ),
    "case.no_file_folder": (
        "平台没有设置附件文件夹，请联系管理员",
        "This platform has no folder for attachments; tell its administrator",
    ),
    "case.no_such_room": (
        "这个链接不完整或已失效；请向承办人员要一个新的链接",
        "This link is incomplete or no longer good; ask the officer for a new one",
    ),
    "case.no_such_step": (
        "{kind} 没有步骤 {step}",
        "{kind} has no step {step}",
    ),
    "case.no_such_clock": (
        "{kind} 没有时限 {clock}",
        "{kind} has no clock {clock}",
    ),
    "case.no_such_letter": (
        "{kind} 没有文书 {letter}",
        "{kind} has no letter {letter}",
    ),
    "case.posting_lacks": (
        "记账“{movement}”缺少 {facts}；请先补全再办理",
        "Posting “{movement}” lacks {facts}; fill that in first",
    ),
    "case.no_record_kind": (
        "平台没有记录种类 {kind}，步骤“{step}”无法办理；请联系管理员启用相应服务",
        "This platform has no record kind {kind}, so “{step}” cannot be taken; ask its administrator to enable the service",
    ),
    "letter.unknown": (
        "没有核验码为 {code} 的文书；请逐位核对，仍不符的不是本平台出具的",
        "No letter bears the code {code}; compare every letter of it: if it still fails, it is none of ours",
    ),
    "notice.unknown": (
        "没有这条通知，或不是发给您的",
        "There is no such notice, or it is not for you",
    ),
    "notice.not_given_up": (
        "通知 {notice} 没有停止投递",
        "Notice {notice} has not been given up",
    ),
    "case.joint_unanswered": (
        "协办单位 {departments} 尚未答复，办件 {number} 不能办结；请催办或等其答复",
        "{departments} still have to answer before case {number} can be closed; remind them",
    ),
    "case.joint_already": (
        "办件 {number} 已由 {region} {department} 办理或已请其协办",
        "Case {number} is with {region} {department} already, or they were asked to take part",
    ),
    "case.joint_not_asked": (
        "办件 {number} 没有请您所在部门协办，或已答复",
        "Your department was not asked to take part in case {number}, or has answered",
    ),
    "case.disputed": (
        "办件 {number} 的管辖正在争议中，须由共同上级裁定后再移送",
        "It is disputed whose case {number} is; the common superior decides before it is sent on",
    ),
    "case.not_disputed": (
        "办件 {number} 没有待裁定的管辖争议",
        "There is no open dispute about case {number}",
    ),
    "case.not_sent": (
        "办件 {number} 不是移送来的或已办结，不能提出管辖争议；请直接移送",
        "Case {number} was not sent here, or is closed; transfer it instead of disputing",
    ),
    "case.reason_missing": (
        "请写明内容或理由",
        "Write the text or the reason",
    ),
    "case.text_too_long": (
        "文字至多 {most} 个字符",
        "At most {most} characters",
    ),
    "case_kind.wrong": (
        "办件种类 {kind} 的声明有误：{wrong}",
        "The declaration of case kind {kind} is wrong: {wrong}",
    ),
    "case_kind.unknown": (
        "没有办件种类 {kind}，可选：{known}",
        "There is no kind of case {kind}; known are {known}",
    ),
    "calendar.unreadable": (
        "{year} 年的放假安排无法读取（{off}；{on}）：放假写成 0101-0103元旦 0205-0211春节，调休写成 0104 0214",
        "The holidays of {year} cannot be read ({off}; {on}): write 0101-0103, then the name; days worked as 0104",
    ),
    "clock.one_period": (
        "时限 {clock} 应恰好声明一种期间",
        "Clock {clock} must declare exactly one period",
    ),
    "clock.length_unreadable": (
        "{name} 应为 1 至 2000 的整数，现为 {value}；请在 decisions.yaml 中改正",
        "{name} must be a whole number from 1 to 2000, not {value}; correct it in decisions.yaml",
    ),
    "clock.already": (
        "时限不能再次执行 {what}；请先查看时限经过",
        "The clock cannot be {what} now; look at what happened to it first",
    ),
    "clock.backwards": (
        "时间 {at} 早于上一事件 {last}；请校准系统时钟",
        "{at} is before the last event at {last}; set the system clock right",
    ),
    "clock.not_running": (
        "时限 {clock} 未在计时",
        "Clock {clock} is not running",
    ),
    "clock.not_extended": (
        "时限 {clock} 不得延长",
        "Clock {clock} cannot be extended",
    ),
    "form.wrong": (
        "请改正：{fields}",
        "Please correct: {names}",
    ),
    "field.missing": (
        "请填写此项",
        "Please fill this in",
    ),
    "field.control": (
        "含有不可见的控制字符，请重新输入",
        "It has invisible control characters; type it again",
    ),
    "field.too_long": (
        "至多 {most} 个字符，现有 {length} 个",
        "At most {most} characters; there are {length}",
    ),
    "field.wrong_form": (
        "格式不对。{note}",
        "It does not have the right form. {note}",
    ),
    "field.not_listed": (
        "请从列表中选择",
        "Choose one of the list",
    ),
    "field.wrong_code": (
        "{value} 校验不符，请核对每一位",
        "The check character of {value} is wrong; compare every character",
    ),
    "field.unreadable": (
        "“{value}”无法读作{hint}",
        "“{value}” cannot be read; write {hint_en}",
    ),
    "field.decimals": (
        "“{value}”过大或小数超过 {places} 位",
        "“{value}” is too large or has more than {places} decimals",
    ),
    "field.out_of_range": (
        "{value} 超出范围，应为 {least} 至 {most}",
        "{value} is out of range: from {least} to {most}",
    ),
    "field.file_type": (
        "{name} 不是可接受的图片（JPEG、PNG）或 PDF；请另选",
        "{name} is no image (JPEG, PNG) or PDF that can be taken; choose another",
    ),
    "field.file_infected": (
        "{name} 未通过病毒检查，没有收下；请换一个文件",
        "{name} did not pass the virus check and was not taken; choose another file",
    ),
    "field.file_unscanned": (
        "{name} 暂时无法做病毒检查，没有收下；请稍后再试，或先不附文件提交",
        "{name} cannot be checked for viruses now and was not taken; try later, or send without it",
    ),
    "field.file_too_large": (
        "{name} 超过 {most} 字节；请缩小后再选",
        "{name} has more than {most} bytes; make it smaller",
    ),
    "field.too_many_files": (
        "至多 {most} 个文件，现有 {files} 个",
        "At most {most} files; there are {files}",
    ),
    "field.no_region": (
        "没有“{value}”这个地方；请写全称（江苏省苏州市昆山市）或代码",
        "There is no place “{value}”; write its full Chinese name or its code",
    ),
    "field.many_regions": (
        "“{value}”可指多个地方：{candidates}；请写全称",
        "“{value}” may be several places: {candidates}; write the full name",
    ),
}  # fmt: skip
