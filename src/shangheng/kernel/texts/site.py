# SPDX-License-Identifier: Apache-2.0
"""Texts about pages, people, requests and simulations."""

TEXTS: dict[str, tuple[str, str]] = {
    "batch.no_rejects": (
        "批次“{batch}”没有退回的行",
        "nothing of batch “{batch}” was rejected",
    ),
    "batch.no_warnings": (
        "批次“{batch}”没有存疑的行",
        "no row of batch “{batch}” was questioned",
    ),
    "chart.width": (
        "图宽 {width} 超出范围，应为 {least} 至 {most}",
        "A width of {width} is out of range; from {least} to {most}",
    ),
    "mail.not_sent": (
        "邮件未能发出：{why}；将自动重试，请检查 SHANGHENG_MAIL",
        "The e-mail could not be sent: {why}; it is tried again, check SHANGHENG_MAIL",
    ),
    "mail.no_address": (
        "{to} 没有电子邮件地址；请在账户中填写",
        "{to} has no e-mail address; enter one with the account",
    ),
    "webhooks.unreadable": (
        "{path} 应是一列回调，每项有 url 和 secret",
        "{path} should be a list of hooks, each with url and secret",
    ),
    "webhooks.not_https": (
        "回调地址 {url} 须用 https（本机除外）",
        "Hook {url} must use https (but on this machine)",
    ),
    "webhooks.unknown": (
        "回调 {url} 已不在 webhooks.yaml 中",
        "Hook {url} is no longer in webhooks.yaml",
    ),
    "webhooks.gone": (
        "回调 {url} 答复 {status}，不再投递；请改正 webhooks.yaml",
        "Hook {url} answered {status} and is not called again; correct webhooks.yaml",
    ),
    "webhooks.refused": (
        "回调 {url} 答复 {status}；将自动重试",
        "Hook {url} answered {status}; it is tried again",
    ),
    "webhooks.no_answer": (
        "回调 {url} 没有应答：{why}；将自动重试",
        "Hook {url} does not answer: {why}; it is tried again",
    ),
    "record.rejected": (
        "账本没有收下批次 {batch}，违反规则 {rules}；请改正记录种类与步骤的声明",
        "The ledger did not take batch {batch} by rules {rules}; correct the declarations of record and step",
    ),
    "decisions.unreadable": (
        "{path} 应是“参数: 数值”的 YAML",
        "{path} should be YAML of parameters with their values",
    ),
    "format.unknown": (
        "不提供格式 {format}，可选：{known}",
        "There is no format {format}; known are {known}",
    ),
    "mapping.unknown": (
        "没有名为 {mapping} 的映射",
        "There is no mapping named {mapping}",
    ),
    "mapping.unreadable": (
        "映射不是有效的 YAML：{why}",
        "The mapping is not valid YAML: {why}",
    ),
    "page.bad_request": (
        "无法理解对 {path} 的请求",
        "The request for {path} cannot be understood",
    ),
    "page.broken": (
        "平台出现故障，已记录；请稍后再试",
        "The platform has a fault, which was noted; try again later",
    ),
    "page.not_permitted": (
        "无权访问 {path}，请重新登录或返回上一页再试",
        "You may not open {path}; sign in again, or go back and try once more",
    ),
    "page.officers_only": (
        "此页仅供统计人员使用，请以统计人员身份登录",
        "This page is for statistics officers; sign in as one",
    ),
    "page.unknown": (
        "没有 {path} 这个页面",
        "There is no page {path}",
    ),
    "paper.no_font": (
        "这台机器上没有找到中文字体，无法生成 PDF：请安装 fonts-noto-cjk，或用 SHANGHENG_FONT 指明字体文件",
        "No PDF without a Chinese font: install fonts-noto-cjk, or name a file in SHANGHENG_FONT",
    ),
    "person.unknown_role": (
        "没有这些角色：{roles}；可选：{known}",
        "There are no roles {roles}; known are {known}",
    ),
    "reporter.not_yours": (
        "您不能代表报送单位“{reporter}”，请用该单位的账号登录",
        "You do not speak for reporter “{reporter}”; sign in with its account",
    ),
    "reporter.unknown": (
        "没有报送单位“{reporter}”的记录",
        "Nothing was received from a reporter “{reporter}”",
    ),
    "request.refused": (
        "请求被拒绝：{why}",
        "The request was refused: {why}",
    ),
    "request.unreadable": (
        "请求中有不合规的内容：{wrong}",
        "Parts of the request will not do: {wrong}",
    ),
    "settings.database_unknown": (
        "SHANGHENG_DATABASE_URL 的类型 {scheme} 不支持，应为 sqlite 或 postgresql",
        "SHANGHENG_DATABASE_URL names {scheme}; use sqlite or postgresql",
    ),
    "token.unknown": (
        "令牌无效或已收回；shangheng token 可发放新令牌",
        "The token is unknown or was taken back; shangheng token gives a new one",
    ),
    "upload.unknown": (
        "没有上传 {upload}",
        "There is no upload {upload}",
    ),
    "simulate.jurisdiction_unknown": (
        "没有名为 {name} 的地区，可选：{known}",
        "There is no jurisdiction {name}; known are {known}",
    ),
    "simulate.strength_unknown": (
        "没有名为 {name} 的强度，可选：{known}",
        "There is no strength {name}; known are {known}",
    ),
    "simulate.format_unknown": (
        "不支持格式 {name}，可选：{known}",
        "There is no format {name}; known are {known}",
    ),
    "simulate.orders_out_of_range": (
        "订单数 {value} 超出范围，应为 1 至 {most}",
        "{value} orders are out of range; from 1 to {most}",
    ),
    "simulate.days_out_of_range": (
        "天数 {value} 超出范围，应为 1 至 {most}",
        "{value} days are out of range; from 1 to {most}",
    ),
    "simulate.mistakes_out_of_range": (
        "差错比例 {value} 超出范围，应为 0 至 {most}",
        "A share of mistakes of {value} is out of range; from 0 to {most}",
    ),
    "simulate.directory_in_use": (
        "文件夹 {directory} 中有其他文件，请换一个空文件夹",
        "The folder {directory} holds other things; choose an empty one",
    ),
}  # fmt: skip
