# SPDX-License-Identifier: Apache-2.0
"""Texts about exchange."""

TEXTS: dict[str, tuple[str, str]] = {
    "exchange.no_table": (
        "{file} 不是键值形式的 YAML，请参照 examples/exchange 填写",
        "{file} is no table in YAML; see examples/exchange",
    ),
    "agreement.wrong": (
        "协议 {agreement} 写得不对：{wrong}；请改正后再启用",
        "Agreement {agreement} is not right: {wrong}; correct it and adopt it again",
    ),
    "agreement.declared_twice": (
        "协议 {agreement} 在两个文件中出现，第二个是 {file}，请删去一个",
        "Agreement {agreement} stands in two files, the second being {file}; remove one",
    ),
    "agreement.changed": (
        "协议 {agreement} 已按另一份文本启用；改动须把 edition 加一后重新启用",
        "Agreement {agreement} was adopted with other words; raise its edition and adopt it anew",
    ),
    "agreement.edition_old": (
        "协议 {agreement} 的版次旧于已启用的第 {edition} 版，请用最新文本",
        "Agreement {agreement} is older than edition {edition}, which is in use; take the newest",
    ),
    "agreement.overlaps": (
        "协议 {agreement} 未启用：{provider} 的 {kind} 已按协议 {other} 送同一接收方，期间重叠；请先终止它（shangheng exchange end {name}），或改出它的新版",
        "Agreement {agreement} was not adopted: {other} already brings {kind} of {provider} to the same receiver at that time; end it (shangheng exchange end {name}) or make a new edition of it",
    ),
    "agreement.unclosed": (
        "协议 {other} 已终止，其记录待其终止包撤回后，才能按协议 {agreement} 收取；请先收协议 {other} 的包",
        "Agreement {other} is over and its closing parcel has yet to withdraw its records; take the parcels of {other} first, then those of {agreement}",
    ),
    "agreement.value_malformed": (
        "协议 {agreement}：{field} 填的“{value}”不能识别，未作答；区划须填六位代码，日期须写全位数，例如 {example}",
        "Agreement {agreement}: {field} “{value}” is not understood and was not answered; give a division's six digits or a date in full digits, such as {example}",
    ),
    "agreement.unknown": (
        "没有启用过协议 {agreement}；请把协议文件放入 agreements 文件夹后运行 shangheng exchange adopt",
        "No agreement {agreement} was adopted; put its file into the folder agreements and run shangheng exchange adopt",
    ),
    "agreement.reason_missing": (
        "提前终止协议 {agreement} 须写明理由",
        "Ending agreement {agreement} before its day needs a reason",
    ),
    "agreement.not_yours": (
        "{receiver} 不是协议 {agreement} 的相应一方，请核对协议和令牌",
        "{receiver} is not that party to agreement {agreement}; check the agreement and the token",
    ),
    "agreement.over": (
        "协议 {agreement} 只在 {since} 至 {until} 有效，现已不得再取；需要时请续签新版",
        "Agreement {agreement} holds from {since} to {until} only; conclude a new edition if needed",
    ),
    "agreement.other_words": (
        "双方的协议 {agreement} 文本不一致（本方第 {edition} 版，对方第 {given} 版），请核对后启用同一文本",
        "The two sides have other words for agreement {agreement} (ours edition {edition}, theirs {given}); adopt the same text",
    ),
    "agreement.question_wrong": (
        "协议 {agreement} 每次可问 1 到 {most} 条，每条须填且只填 {fields}",
        "Under agreement {agreement} ask 1 to {most} rows at a time, each with exactly {fields}",
    ),
    "agreement.asked_enough": (
        "今日已问 {asked} 条，协议 {agreement} 每日最多 {most} 条，请明日再问",
        "{asked} questions were asked today and agreement {agreement} allows {most} a day; ask tomorrow",
    ),
    "agreement.not_down_to_records": (
        "协议 {agreement} 不允许按问取得记录；如确有需要，请与提供方商定 discloses: asked 的协议",
        "Agreement {agreement} lets nobody ask for records; if they are needed, conclude one with discloses: asked",
    ),
    "exchange.key_wrong": (
        "要查 {kind} 的一条记录，须填且只填主键 {fields}",
        "To find one record of {kind}, give its key and nothing else: {fields}",
    ),
    "partner.refused": (
        "{partner} 拒绝了（{reason}）：{zh}",
        "{partner} refuses ({reason}): {en}",
    ),
    "partner.wrong": (
        "往来单位 {partner} 写得不对：{wrong}；请改正",
        "Partner {partner} is not right: {wrong}; correct its file",
    ),
    "partner.declared_twice": (
        "往来单位 {partner} 在两个文件中出现，第二个是 {file}，请删去一个",
        "Partner {partner} stands in two files, the second being {file}; remove one",
    ),
    "agreement.undeclared": (
        "没有声明协议 {agreements}，已有 {known}；请把协议文件放入 agreements 文件夹",
        "No agreement {agreements} is declared; there is {known}; put its file into the folder agreements",
    ),
    "partner.unreachable": (
        "连不上往来单位 {partner}（{why}），什么也没有收下；请检查地址与令牌后重试",
        "Partner {partner} cannot be reached ({why}) and nothing was taken; check address and token, then try again",
    ),
    "parcel.file_unnumbered": (
        "文件 {file} 的名称里没有序号，无法判断是否缺包；请按 名称-序号 命名",
        "File {file} has no number in its name, so gaps cannot be seen; name it like name-number",
    ),
    "partner.unknown": (
        "不认识往来单位 {partner}，或没有它的公钥；请在 partners 文件夹中登记",
        "Partner {partner} is not known here, or its keys are not; declare it in the folder partners",
    ),
    "parcel.added_meanwhile": (
        "协议 {agreement} 正在装包，这次处置没有做；请稍后重试",
        "Agreement {agreement} was just being cut, so nothing was disposed of; try again in a moment",
    ),
    "parcel.unknown": (
        "协议 {agreement} 没有第 {number} 包，目前到第 {last} 包",
        "Agreement {agreement} has no parcel {number}; it has {last} so far",
    ),
    "parcel.slip_unreadable": (
        "交接单无法识别：{text}",
        "This is no slip: {text}",
    ),
    "parcel.gap": (
        "缺第 {expected} 包，不能先收第 {number} 包；请从第 {expected} 包起补发",
        "Parcel {expected} is missing, so {number} cannot be taken yet; send again from {expected}",
    ),
    "parcel.other_content": (
        "第 {number} 包的内容与此前的不同（{sealed} 与 {given}），未收；请双方核对",
        "Parcel {number} has another content than before ({sealed}, now {given}) and was not taken; compare both sides",
    ),
    "parcel.content_changed": (
        "交换包 {parcel} 与存证不符：账本已被改动（存证 {records} 条，现有 {there} 条）；未发出，请核查账本",
        "Parcel {parcel} is not what was sealed: the ledger was altered ({records} sealed, {there} there); it was not sent, look into the ledger",
    ),
    "parcel.body_differs": (
        "交换包与交接单不符，或形式 {form} 不能自动收取（单上 {slip}，实收 {found}）；请重发 lines 形式",
        "The parcel does not fit its slip, or its form {form} is not taken ({slip} said, {found} found); send it again as lines",
    ),
    "parcel.form_unknown": (
        "没有形式 {form}，可选 {known}",
        "There is no form {form}; choose one of {known}",
    ),
    "parcel.keyless": (
        "协议 {agreement} 没有原样共享主键 {fields}，收到的记录无法入账；请商定新版协议",
        "Agreement {agreement} does not share the key {fields} as it is, so its records cannot be booked; agree on a new edition",
    ),
}
