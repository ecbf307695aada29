# SPDX-License-Identifier: Apache-2.0
"""Texts about what the log says: verdicts on receipts and bundles, findings of the audit."""

TEXTS: dict[str, tuple[str, str]] = {
    "evidence.entry_malformed": (
        "条目不合规范：“{text}”",
        "The entry is malformed: “{text}”",
    ),
    "evidence.content_fraction": (
        "要封存的内容含有小数 {value}，请写成文本",
        "The content holds the fraction {value}; write it as text",
    ),
    "evidence.keys_missing": (
        "{folder} 中没有日志密钥，请先执行 shangheng init",
        "There are no log keys in {folder}; run shangheng init first",
    ),
    "evidence.keys_of_several_logs": (
        "签名密钥应属于同一日志，实有：{names}",
        "Signing keys should be of one log, not of: {names}",
    ),
    "evidence.keys_certificate": (
        "公钥文件中的证书无法读取，请重新取得 /log/keys",
        "A certificate among the keys cannot be read; fetch /log/keys again",
    ),
    "evidence.key_elsewhere": (
        "日志 {origin} 的签名密钥存于系统之外，不在此更换：请在 SHANGHENG_LOG_KEY 中把新密钥写在旧密钥之前（空格分隔），运行 shangheng init；日后去掉旧密钥再运行一次，日志记下启用与停用",
        "The keys that sign {origin} are kept outside the home and are not changed here: in SHANGHENG_LOG_KEY put the new key before the old one, a space between, and run shangheng init; later take the old one out and run it again. The log records both",
    ),
    "evidence.key_not_retired": (
        "不能停用密钥 {key_id}；现用密钥：{known}，且至少保留一把",
        "Key {key_id} cannot be retired; keys in use: {known}, and one must stay",
    ),
    "evidence.leaf_unknown": (
        "日志中没有第 {index} 条",
        "The log has no leaf {index}",
    ),
    "evidence.leaf_altered": (
        "数据库中第 {index} 条与其哈希不符，已被改动；请保全现场并从备份核对",
        "Leaf {index} in the database does not fit its hash: it was altered; keep everything and compare with a backup",
    ),
    "evidence.leaf_missing": (
        "数据库缺少第 {index} 条；请保全现场并从备份恢复",
        "Leaf {index} is missing in the database; keep everything and restore it from a backup",
    ),
    "evidence.rows_differ": (
        "数据库第 {first} 至 {last} 条与已发布的日志不符；请勿继续写入，并核对备份",
        "Leaves {first} to {last} in the database differ from the published log; stop writing and compare with a backup",
    ),
    "evidence.database_behind": (
        "数据库只有 {sequenced} 条，而已发布 {published} 条：数据库是旧副本，请恢复最新备份",
        "The database has {sequenced} leaves, {published} are published: it is an old copy; restore the latest backup",
    ),
    "evidence.checkpoint_behind": (
        "已签检查点到 {signed}，发布的却只到 {published}：检查点被退回",
        "Checkpoints are signed up to {signed}, but only {published} is published: it was put back",
    ),
    "evidence.checkpoint_ahead": (
        "出示的检查点有 {size} 条，本日志只发布到 {published}：日志被退回或分叉，请保全两者",
        "The checkpoint shown has {size} leaves, this log has published {published}: it was put back or forked; keep both",
    ),
    "evidence.checkpoint_empty": (
        "{origin} 的空检查点不能证明任何事",
        "An empty checkpoint of {origin} proves nothing",
    ),
    "evidence.forked": (
        "日志分叉：大小 {size} 有两个不同的根，请保全两个检查点并报警",
        "The log is forked: size {size} has two roots; keep both checkpoints and raise the alarm",
    ),
    "evidence.tiles_differ": (
        "哈希块与已发布的检查点（{size} 条）不符，文件已被改动；请执行 shangheng evidence audit",
        "Tiles do not have the root published for {size} leaves: files were altered; run shangheng evidence audit",
    ),
    "evidence.hashes_ragged": (
        "记录哈希文件 {path} 长度 {length} 不是 32 的倍数，已损坏",
        "The file of record hashes {path} has {length} bytes, no multiple of 32: it is damaged",
    ),
    "evidence.document_malformed": (
        "文件缺少或写坏了“{part}”部分，请重新取得",
        "The part “{part}” is missing or malformed; fetch the file again",
    ),
    "evidence.document_contradicts": (
        "文件自相矛盾：{part}",
        "The document contradicts itself: {part}",
    ),
    "evidence.not_published": (
        "第 {index} 条尚未发布，请稍后再取证明",
        "Leaf {index} is not published yet; ask for its proof a little later",
    ),
    "evidence.keys_given": (
        "按您给出的公钥核验：{keys}",
        "Verified with the keys you gave: {keys}",
    ),
    "evidence.keys_carried": (
        "按文件自带的公钥核验：{keys}；请与官网 /log/keys 核对",
        "Verified with the keys inside the file: {keys}; compare them with /log/keys of the official site",
    ),
    "evidence.content_holds": (
        "内容即当时所封存：{what} {object}，{at}",
        "The content is what was sealed: {what} {object}, {at}",
    ),
    "evidence.content_differs": (
        "内容不是 {object} 当时所封存的（现摘要 {digest}）",
        "The content is not what was sealed for {object} (its digest is {digest})",
    ),
    "evidence.record_holds": (
        "记录是该批 {records} 条中的一条（序号 {index}，从 0 起）",
        "The record is one of the {records} of the batch (number {index} from 0)",
    ),
    "evidence.record_differs": (
        "记录摘要 {digest} 与所证 {expected} 不符",
        "The record's digest {digest} is not {expected}",
    ),
    "evidence.record_not_in_batch": (
        "证明不成立：记录（序号 {index}）不在该批 {records} 条之中",
        "The proof does not hold: record {index} is not among the {records} of the batch",
    ),
    "evidence.log_unknown": (
        "检查点来自 {origin}，没有它的可信公钥；所给：{keys}",
        "The checkpoint is of {origin}, for which no trusted key is given; given are {keys}",
    ),
    "evidence.signature_holds": (
        "检查点（{size} 条，根 {root}）由 {keys} 签名",
        "The checkpoint ({size} leaves, root {root}) is signed by {keys}",
    ),
    "evidence.inclusion_holds": (
        "位于日志第 {index} 条（共 {size} 条）",
        "It is leaf {index} of the log of {size}",
    ),
    "evidence.stamp_holds": (
        "{authority} 证明检查点在 {at} 已存在",
        "{authority} says that the checkpoint existed at {at}",
    ),
    "evidence.stamp_before_leaf": (
        "时间戳 {stamped} 早于条目自称的 {said}",
        "The stamp of {stamped} is earlier than the leaf says of itself, {said}",
    ),
    "evidence.zip_holds": (
        "压缩包完整：{files} 个文件，{bytes} 字节",
        "The zip is whole: {files} files, {bytes} bytes",
    ),
    "evidence.zip_damaged": (
        "压缩包在第 {first} 字节起的“{file}”处损坏",
        "The zip is damaged at byte {first}: “{file}”",
    ),
    "evidence.zip_not_canonical": (
        "压缩包从第 {first} 字节起被改动",
        "The zip was altered from byte {first} on",
    ),
    "evidence.zip_large": (
        "压缩包过大：{bytes} 字节，{files} 个文件",
        "The zip is too large: {bytes} bytes, {files} files",
    ),
    "evidence.zip_path": (
        "压缩包内文件名“{file}”不合规范，拒绝打开",
        "The zip holds the file name “{file}”, which no bundle has; it is not opened",
    ),
    "evidence.zip_duplicate": (
        "压缩包内“{file}”重复出现，拒绝打开",
        "The zip holds “{file}” more than once; it is not opened",
    ),
    "evidence.zip_compressed": (
        "证据包从不压缩，而“{file}”是压缩的，拒绝打开",
        "A bundle is never compressed, but “{file}” is; it is not opened",
    ),
    "evidence.zip_bomb": (
        "压缩包自称解开后有 {bytes} 字节，超过自身大小，拒绝打开",
        "The zip claims {bytes} bytes, more than it has; it is not opened",
    ),
    "evidence.file_holds": (
        "与清单一致，{bytes} 字节",
        "As the manifest says, {bytes} bytes",
    ),
    "evidence.file_altered": (
        "“{file}”（压缩包第 {first} 至 {last} 字节）与清单不符",
        "“{file}” (bytes {first} to {last} of the zip) is not what the manifest says",
    ),
    "evidence.byte_altered": (
        "“{file}”第 {at} 字节（压缩包第 {first} 字节）被改动：应为 0x{was}，现为 0x{now}",
        "Byte {at} of “{file}” (byte {first} of the zip) was altered: it was 0x{was} and is 0x{now}",
    ),
    "evidence.row_differs": (
        "数据库行与所封存的不符（列 {column}），已被改动",
        "The row is not what was sealed (column {column}): it was altered",
    ),
    "evidence.file_unknown": (
        "日志中有来历不明的文件 {path}，请查明后移走",
        "The log holds the file {path}, which nothing explains; find out and remove it",
    ),
    "evidence.file_altered_at": (
        "文件 {path} 从第 {first} 字节起与所封存的不符",
        "File {path} differs from what was sealed, from byte {first} on",
    ),
    "evidence.object_unsealed": (
        "{object}（{what}）在日志中没有对应的条目",
        "{object} ({what}) has no leaf in the log",
    ),
    "evidence.row_missing": (
        "日志记载的行在数据库中不存在：{row}",
        "A row that the log tells of is not in the database: {row}",
    ),
    "evidence.object_without_leaf": (
        "{object} 尚无存证条目（早于存证启用？），请执行 shangheng evidence audit",
        "{object} has no leaf, perhaps from before the log; run shangheng evidence audit",
    ),
    "evidence.object_without_content": (
        "{object}（{what}）的内容不在此处，无法成包",
        "The content of {object} ({what}) is not kept here, so there is no bundle of it",
    ),
    "evidence.record_key": (
        "请写出 {kind} 的主键：{key}，以 / 相连",
        "Write the key of {kind}: {key}, joined by slashes",
    ),
    "evidence.record_unknown": (
        "账本中没有 {kind} 记录 {key}",
        "The ledger has no {kind} record {key}",
    ),
    "evidence.ledger_unreadable": (
        "账本文件无法读取：{detail}",
        "The ledger's files cannot be read: {detail}",
    ),
    "evidence.rows_not_sealed": (
        "账本中批次 {batch} 有 {rows} 行不是当时所封存的，已被改动或添加",
        "{rows} rows of batch {batch} in the ledger are not what was sealed: altered or added",
    ),
    "evidence.rows_gone": (
        "批次 {batch} 所封存的 {rows} 行已不在账本中",
        "{rows} rows that batch {batch} sealed are gone from the ledger",
    ),
    "evidence.keys_differ": (
        "公布的公钥不是日志所记的，应为：{keys}",
        "The published keys are not those that the log tells of: {keys}",
    ),
    "evidence.figure_same": (
        "按所引账本版本 {ledger} 重算 {indicator}，与所封存的相同",
        "Computed again from the ledger versions it cites, {ledger}, {indicator} is the same",
    ),
    "evidence.figure_elsewhere": (
        "此处没有发布机关的账本，未重算；要重算请在发布机关运行 shangheng verify",
        "Not computed again: the ledger of whoever published it is not here; run shangheng verify there",
    ),
    "evidence.figure_disposed": (
        "{indicator} 所据记录已按留存期处置（{disposals}），不能再重算；数据以封存时公布的为准",
        "Records behind {indicator} were disposed of after their period ({disposals}); it cannot be computed again and stays as it was sealed",
    ),
    "evidence.content_left": (
        "该批次已处置，但仍留有 {path}；请运行 shangheng retention sweep",
        "This batch was disposed of, yet {path} is left; run shangheng retention sweep",
    ),
    "evidence.figure_differs": (
        "按所引账本版本 {ledger} 重算 {indicator}，与所封存的不同；其间变动的口径或参数：{changed}；若无变动，请执行 shangheng evidence audit",
        "Computed again from the ledger versions it cites, {ledger}, {indicator} differs; changed since: {changed}; where nothing is named, run shangheng evidence audit",
    ),
    "evidence.ledger_file_altered": (
        "账本文件 {path} 与提交时封存的摘要不符，已被改动；请保全现场并从备份恢复",
        "The ledger file {path} is not what was sealed when it was committed; keep everything and restore it from a backup",
    ),
    "evidence.ledger_file_unknown": (
        "账本读到的文件 {path} 没有任何已封存的提交提到，请查明来源",
        "No sealed commit tells of {path}, which the ledger reads; find out where it comes from",
    ),
    "evidence.object_gone": (
        "日志第 {index} 条所记的 {object}（{what}）在数据库中已不存在或被挪动",
        "What leaf {index} tells of, {object} ({what}), is gone from the database or was moved",
    ),
    "evidence.chain_holds": (
        "办件全部 {steps} 步首尾相接，{attached} 个附件与所记摘要一致",
        "All {steps} steps of the case lead to the one proved; {attached} attached files are as named",
    ),
    "evidence.chain_broken": (
        "办件的 {steps} 步不能接到所证明的末步，有步骤被改动、增减或调换",
        "The {steps} steps do not lead to the one proved: one was altered, added, left out or moved",
    ),
    "evidence.attachment_differs": (
        "附件缺少、被改动或不属于本办件：{digests}",
        "Attached files are missing, altered or not of this case: {digests}",
    ),
    "evidence.national_holds": (
        "清单另由 SM2 密钥 {keys} 签名，各文件的 SM3 摘要一致",
        "The manifest is signed with SM2 by {keys} too, and the SM3 digests agree",
    ),
    "evidence.national_differs": (
        "SM2 签名不成立，或文件的 SM3 摘要不符：{files}",
        "The SM2 signature does not hold, or the SM3 digests of files differ: {files}",
    ),
    "evidence.outside_silent": (
        "{url} 没有回应（{detail}）；条目已排定，请检查网络后执行 shangheng evidence publish",
        "{url} does not answer ({detail}); leaves are sequenced: look at the network, then run shangheng evidence publish",
    ),
    "evidence.outside_address": (
        "地址 {url} 应以 https:// 或 http:// 开头，请改正设置",
        "The address {url} should begin with https:// or http://; correct the setting",
    ),
    "evidence.tsa_clock": (
        "时间戳机构的时刻 {stamped} 与本机 {now} 相差过大，请校准时钟",
        "The authority's time {stamped} is far from ours, {now}; set the clock right",
    ),
    "evidence.witness_line": (
        "见证人设置的“{line}”应为：公钥、空格、地址",
        "The line “{line}” of the witnesses should be a key, a space, an address",
    ),
    "evidence.witness_answer": (
        "见证人的答复无法读懂：“{text}”",
        "What the witness answers cannot be read: “{text}”",
    ),
    "evidence.witness_refused": (
        "见证人 {url} 拒绝联署（状态 {status}）；若为 422，请立即执行 shangheng evidence audit",
        "The witness {url} did not sign (status {status}); if it is 422, run shangheng evidence audit at once",
    ),
    "evidence.witness_origin": (
        "本见证人不认识日志 {origin}，请先登记其公钥",
        "This witness does not know the log {origin}; give it the log's key first",
    ),
    "evidence.witness_unsigned": (
        "检查点没有 {origin} 的有效签名",
        "No key of {origin} signed this checkpoint as it is",
    ),
    "evidence.witness_malformed": (
        "联署请求不合规范：{part}",
        "The request for a cosignature is malformed: {part}",
    ),
    "evidence.witness_size": (
        "上次联署的大小是 {size}，请从那里给出一致性证明",
        "The last checkpoint cosigned has {size} leaves; prove consistency from there",
    ),
    "evidence.witness_fork": (
        "{origin} 的 {other} 条不是从已联署的 {size} 条增长而来：疑为分叉，拒绝联署",
        "The tree of {other} leaves of {origin} did not grow out of the {size} cosigned: perhaps a fork; not signed",
    ),
    "evidence.witness_none": (
        "本平台没有设为见证人，请设置 SHANGHENG_WITNESSED",
        "This house is no witness; set SHANGHENG_WITNESSED",
    ),
    "evidence.token_package": (
        "使用 PKCS#11 密钥需要安装 python-pkcs11：pip install 'shangheng[pkcs11]'",
        "A key in a PKCS#11 token needs python-pkcs11: pip install 'shangheng[pkcs11]'",
    ),
    "evidence.token_address": (
        "PKCS#11 地址缺少：{missing}；形如 pkcs11:token=…;object=…?module-path=…&pin-source=…",
        "The PKCS#11 address lacks: {missing}; it reads pkcs11:token=…;object=…?module-path=…&pin-source=…",
    ),
    "evidence.token_silent": (
        "密码设备不可用（{module}：{detail}），请检查设备、口令文件与密钥标签",
        "The token cannot be used ({module}: {detail}); look at device, PIN file and label of the key",
    ),
}  # fmt: skip
