# SPDX-License-Identifier: Apache-2.0
"""Texts about records, their kinds, files and batches."""

TEXTS: dict[str, tuple[str, str]] = {
    "batch.bad_number": (
        "批次号“{batch}”不合规：只能用字母、数字和 . : @ + - _，最长 100 个字符",
        "the batch number “{batch}” will not do: letters, digits and . : @ + - _ only, up to 100",
    ),
    "batch.other_bytes": (
        "批次号“{batch}”已于 {taken_at} 收过，但内容不同；请换一个批次号再报",
        "batch “{batch}” was taken at {taken_at} with other content; send this under a new number",
    ),
    "batch.several": (
        "有多个报送单位用过批次号“{batch}”：{reporters}；请用 --reporter 指明",
        "several reporters have a batch “{batch}”: {reporters}; say which with --reporter",
    ),
    "batch.unknown": ("没有批次“{batch}”", "there is no batch “{batch}”"),
    "archive.altered": (
        "存档 {path} 第 {frame} 段已被改动或损坏",
        "frame {frame} of the archive {path} was altered or damaged",
    ),
    "file.beside_not_one": (
        "旁边应有且只有一个符合“{pattern}”的文件；找到：{found}",
        "exactly one file must fit “{pattern}” beside the one that is sent; found: {found}",
    ),
    "file.rows_multiply": (
        "{files} 中同一键都有多行，连接后行数与金额会成倍增加；请先把其中之一汇总为每键一行",
        "{files} each have several rows for one key: sums would multiply; gather all but one first",
    ),
    "file.changed_while_read": (
        "文件“{file}”在读取期间被修改；请待写完后再报",
        "the file “{file}” changed while it was read; send it when it is complete",
    ),
    "file.columns_missing": (
        "文件缺少{kind}必填的列：{missing}；现有的列：{found}。请改列名，或用 --mapping 指明对应关系（表头不在第一行的，在映射里写 header: 行号）",
        "the file lacks required columns of {kind}: {missing}; it has {found}. Rename them, or map them with --mapping (where they are not named in the first line, say header: its number)",
    ),
    "file.compression_broken": (
        "压缩文件已损坏：{detail}",
        "the compressed file is damaged: {detail}",
    ),
    "file.damaged": ("{format} 文件已损坏：{detail}", "the {format} file is damaged: {detail}"),
    "file.empty": (
        "文件“{file}”是空的；请重新导出再报",
        "the file “{file}” is empty; export it again",
    ),
    "file.encoding_broken": (
        "从第 {at} 字节起不是有效的 {encoding} 文本；请存为 UTF-8 再报",
        "from byte {at} on this is not valid {encoding}; save it as UTF-8 and send it again",
    ),
    "file.encoding_unknown": (
        "第 {at} 字节处既不是 UTF-8 也不是 GB18030；请存为 UTF-8 再报",
        "byte {at} is neither UTF-8 nor GB18030; save the file as UTF-8 and send it again",
    ),
    "file.expands_too_much": (
        "{bytes} 字节的压缩文件展开超过 {unpacked} 字节，疑似压缩炸弹；请直接报送未压缩的文件",
        "{bytes} packed bytes unpack into over {unpacked}; send the file unpacked",
    ),
    "file.header_twice": (
        "表头有重复的列名：{columns}；请改名或删去多余的列",
        "the header has a column twice: {columns}; rename or remove one",
    ),
    "file.line_too_long": (
        "从第 {at} 字节起的一行超过 {limit} 字节；请检查换行符和引号",
        "a line from byte {at} on is longer than {limit} bytes; look for a missing line break or quote",
    ),
    "file.macros": (
        "工作簿“{file}”含宏，不予接收；请另存为不含宏的 .xlsx",
        "the workbook “{file}” has macros and is not taken; save it as .xlsx without them",
    ),
    "file.markup": (
        "文件以“{begins}”开头，是 XML 或 HTML，不是数据表；请导出为 CSV、XLSX 或 NDJSON",
        "the file begins with “{begins}”: XML or HTML, not records; export CSV, XLSX or NDJSON",
    ),
    "file.not_found": ("找不到文件“{file}”", "there is no file “{file}”"),
    "file.not_records": (
        "文件“{file}”不是 CSV、NDJSON、JSON、XLSX、Parquet 或 Arrow",
        "the file “{file}” is not CSV, NDJSON, JSON, XLSX, Parquet or Arrow",
    ),
    "file.nul_bytes": (
        "第 {at} 字节是 NUL；若是 UTF-16，请带 BOM 或存为 UTF-8，否则请删去该字节",
        "byte {at} is NUL; if this is UTF-16, mark it with a BOM or save it as UTF-8; else remove it",
    ),
    "file.old_excel": (
        "“{file}”是旧版 .xls；请另存为 .xlsx 或 CSV",
        "“{file}” is an old .xls; save it as .xlsx or CSV",
    ),
    "file.truncated": (
        "{compression} 文件不完整，可能传输中断；请重新发送",
        "the {compression} file ends too early, perhaps a broken transfer; send it again",
    ),
    "file.unreadable": ("文件无法读取：{detail}", "the file cannot be read: {detail}"),
    "home.not_prepared": (
        "“{home}”尚未初始化；请先运行 shangheng init --jurisdiction jiangsu",
        "“{home}” is not prepared; run shangheng init --jurisdiction jiangsu first",
    ),
    "home.outdated": (
        "“{home}”是旧版本建立的，数据库还没有跟上：请先备份，再运行 shangheng init",
        "“{home}” was made by an older version; make a copy of it, then run shangheng init",
    ),
    "indicator.unknown": (
        "没有指标“{indicator}”；可用的有：{known}",
        "there is no indicator “{indicator}”; there are: {known}",
    ),
    "kind.day_is_no_time": (
        "{kind} 的日期字段 {field} 不是时间",
        "the day field {field} of {kind} is no time",
    ),
    "kind.field_twice": ("{kind} 的字段重名：{fields}", "{kind} declares fields twice: {fields}"),
    "kind.optional_key": (
        "{kind} 的主键字段不能为可选：{fields}",
        "key fields of {kind} cannot be optional: {fields}",
    ),
    "kind.unknown": (
        "没有记录种类“{kind}”；可用的有：{known}",
        "there is no record kind “{kind}”; there are: {known}",
    ),
    "kind.unknown_field": ("{kind} 没有字段：{fields}", "{kind} has no fields {fields}"),
    "mapping.field_not_told": (
        "映射中“{where}”的写法无法理解：{given}",
        "what the mapping says at “{where}” is not clear: {given}",
    ),
    "mapping.no_fields": (
        "映射文件缺少 fields 一节（目标种类：{kind}）",
        "the mapping has no section “fields” (for kind {kind})",
    ),
    "mapping.not_a_flag": (
        "映射中“{where}”应为 true 或 false，而不是“{given}”",
        "“{where}” in the mapping must be true or false, not “{given}”",
    ),
    "mapping.not_a_number": (
        "映射中“{where}”应为数字，现为：{given}",
        "“{where}” in the mapping should be a number, not {given}",
    ),
    "mapping.unknown_zone": (
        "映射中“{where}”的时区“{zone}”不存在，应写作 Asia/Shanghai 这样的名称",
        "“{where}” in the mapping names no time zone “{zone}”; write one such as Asia/Shanghai",
    ),
    "mapping.group_by_nothing": (
        "映射中“{where}”应列出把哪些列相同的行归为一条记录",
        "“{where}” in the mapping should list the columns that make rows one record",
    ),
    "mapping.one_origin": (
        "映射中“{where}”须且只能有 from、constant、join、multiply 之一；现有：{found}",
        "“{where}” in the mapping needs exactly one of from, constant, join, multiply; it has {found}",
    ),
    "mapping.other_kind": (
        "该映射用于 {mapping}，而报送的是 {asked}",
        "the mapping is for {mapping}, the report for {asked}",
    ),
    "mapping.required_untold": (
        "映射没有说明 {kind} 的必填字段：{fields}",
        "the mapping does not tell required fields of {kind}: {fields}",
    ),
    "mapping.unknown_word": (
        "映射的“{where}”中不认识“{word}”；最接近的：{did_you_mean}；可用：{known}",
        "“{word}” in “{where}” is not known; nearest: {did_you_mean}; known: {known}",
    ),
    "reporter.bad_code": (
        "报送单位代码“{reporter}”不合规：只能用字母、数字和 . : @ + - _",
        "the reporter code “{reporter}” will not do: letters, digits and . : @ + - _ only",
    ),
    "service.guard_nowhere": (
        "业务系统 {service} 要在不存在的办件步骤上做事：{steps}；请核对步骤名称，写作 种类.步骤",
        "The service {service} hooks into steps that do not exist: {steps}; write them as kind.step",
    ),
    "service.guard_missing": (
        "步骤 {steps} 须由业务系统核查或记账，但没有提供；请在 manifest.py 的 guards 中补上",
        "No service has what the steps {steps} need; add it to `guards` of a manifest",
    ),
    "service.posting_not_allowed": (
        "{case} 的步骤 {step} 由 {roles} 办理，但账户类别 {account} 没有声明他们可以办理 {movement}；请核对账户类别的声明",
        "Step {step} of {case} is taken by {roles}, whom the kind of account {account} does not let {movement}; compare both declarations",
    ),
    "service.record_lacks": (
        "{case} 的步骤 {step} 填不出记录的必填项 {fields}；请在 tells 中说明取自哪里",
        "Step {step} of {case} cannot fill in the record's {fields}; say in `tells` where they come from",
    ),
    "service.kind_missing": (
        "服务 {service} 要读的种类没有人提供：{kinds}",
        "nobody provides what {service} reads: {kinds}",
    ),
    "service.kind_twice": (
        "记录种类被重复提供：{kinds}",
        "record kinds are provided twice: {kinds}",
    ),
    "store.no_room": (
        "空间或内存不足，本批未收，已有数据不受影响：{detail}",
        "no room left; the batch was not taken and nothing is lost: {detail}",
    ),
    "ledger.no_version": (
        "账本 {table} 的第 {version} 版已不可读：没有这一版，或其文件已按期处置；请用保留该版的副本核验",
        "Version {version} of the ledger table {table} cannot be read: there is none, or its files were disposed of; use a copy that has kept it",
    ),
    "withdrawal.other_keys": (
        "撤回编号 {number} 已用于另一些记录，请换一个编号",
        "Withdrawal {number} was used for other records; give this one another number",
    ),
}  # fmt: skip
