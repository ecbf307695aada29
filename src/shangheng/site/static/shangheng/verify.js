// SPDX-License-Identifier: Apache-2.0
// Verifies a receipt or an evidence bundle with WebCrypto, in this page only: nothing is sent.
"use strict";

const zh = document.documentElement.lang.startsWith("zh");
const say = (chinese, english) => (zh ? chinese : english);
const utf8 = new TextEncoder();
const text = (bytes) => new TextDecoder().decode(bytes);
const hex = (bytes) => [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
const unhex = (line) => Uint8Array.from(line.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const base64 = (line) => Uint8Array.from(atob(line), (sign) => sign.charCodeAt(0));
const same = (one, other) => hex(one) === hex(other);

function joined(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

function need(holds, chinese, english) {
  if (!holds) throw new Error(say(chinese, english));
}

// What this page cannot judge: it neither holds nor fails.
class Unchecked extends Error {}

async function sha(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

// RFC 9162, section 2.1.3.2; numbers stay below 2 ** 53.
async function climbed(index, size, leaf, path) {
  let [at, last, node] = [index, size - 1, leaf];
  for (const sibling of path) {
    need(last > 0, "证明路径过长", "The path is too long");
    if (at % 2 || at === last) {
      node = await sha(NODE, sibling, node);
      while (at && at % 2 === 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else node = await sha(NODE, node, sibling);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  need(last === 0, "证明路径过短", "The path is too short");
  return node;
}

// The one JSON text that was sealed: keys in order, no spaces.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${pairs.join(",")}}`;
}

const CRC = Uint32Array.from({ length: 256 }, (_, entry) => {
  for (let bit = 0; bit < 8; bit += 1) entry = entry & 1 ? 0xedb88320 ^ (entry >>> 1) : entry >>> 1;
  return entry;
});
const BY_VALUE = new Map([...CRC].map((value, entry) => [value, entry]));
const BY_TOP = new Map([...CRC].map((value, entry) => [value >>> 24, entry]));

// The one byte whose change explains both CRC-32 and SHA-256: what it does to the CRC is carried back from the end.
async function flipped(data, crc, digest) {
  let error = ~data.reduce((sum, byte) => CRC[(sum ^ byte) & 255] ^ (sum >>> 8), -1) ^ crc;
  for (let at = data.length - 1; at >= 0; at -= 1) {
    const by = BY_VALUE.get(error >>> 0);
    if (by) {
      const right = data.slice();
      right[at] ^= by;
      if (!digest || hex(await sha(right)) === digest) return { at, was: right[at], now: data[at] };
    }
    const top = BY_TOP.get(error >>> 24);
    error = ((error ^ CRC[top]) << 8) | top;
  }
  return null;
}

let places = {}; // where each file of the bundle begins, and its CRC

// Says what is wrong with a file: the byte that was changed, or in which bytes of the zip it lies.
async function told(name, data, digest) {
  const place = places[name];
  const changed = data && (await flipped(data, place.crc, digest));
  if (!changed) {
    const [first, last] = data ? [place.begin, place.begin + data.length - 1] : ["?", "?"];
    return say(`${name} 已被改动（压缩包第 ${first} 至 ${last} 字节）`, `${name} was altered (bytes ${first} to ${last} of the zip)`);
  }
  const [was, now] = [changed.was, changed.now].map((byte) => `0x${byte.toString(16).padStart(2, "0")}`);
  return say(
    `${name} 第 ${changed.at} 字节（压缩包第 ${place.begin + changed.at} 字节）被改动：应为 ${was}，现为 ${now}`,
    `byte ${changed.at} of ${name} (byte ${place.begin + changed.at} of the zip) was altered: it was ${was} and is ${now}`,
  );
}

// Only what a bundle is: stored files, each once. Anything else is refused.
function unzipped(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let end = data.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  need(end >= 0, "不是压缩包", "This is no zip");
  const files = {};
  places = {};
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    need(view.getUint32(at, true) === 0x02014b50, "压缩包已损坏", "The zip is damaged");
    const [method, size] = [view.getUint16(at + 10, true), view.getUint32(at + 24, true)];
    const [named, more, note] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const name = text(data.subarray(at + 46, at + 46 + named));
    need(method === 0, `${name}：证据包从不压缩`, `${name}: a bundle is never compressed`);
    need(!(name in files), `${name} 重复`, `${name} comes twice`);
    const local = view.getUint32(at + 42, true);
    const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    need(begin + size <= data.length, "压缩包已损坏", "The zip is damaged");
    files[name] = data.subarray(begin, begin + size);
    places[name] = { begin, crc: view.getUint32(at + 16, true) };
    at += 46 + named + more + note;
  }
  return files;
}

function filesOf(data) {
  if (data[0] === 0x50 && data[1] === 0x4b) return unzipped(data);
  const { evidence, ...receipt } = JSON.parse(text(data));
  need(evidence?.proof, "回执没有证明，请稍后再取", "The receipt has no proof yet; fetch it again later");
  return {
    "content.json": utf8.encode(canonical(receipt)), "entry.json": utf8.encode(evidence.leaf),
    salt: utf8.encode(evidence.salt), "proof.tlog-proof": utf8.encode(evidence.proof),
    keys: utf8.encode(evidence.keys),
    ...(evidence.timestamp && { "checkpoint.tsr": base64(evidence.timestamp) }),
  };
}

const entryOf = (files) => JSON.parse(text(files["entry.json"]));

async function digests(files) {
  if (!files["manifest.json"]) return say("单张回执", "a single receipt");
  const manifest = files["manifest.json"];
  const changed = await flipped(manifest, places["manifest.json"].crc, "");
  if (changed) throw new Error(await told("manifest.json", manifest, ""));
  const said = JSON.parse(text(manifest)).files;
  const names = new Set([...Object.keys(said), ...Object.keys(files)]);
  names.delete("manifest.json");
  names.delete("manifest.sm2");
  for (const name of names) {
    const own = files[name] ? hex(await sha(files[name])) : "";
    if (own !== said[name]) throw new Error(await told(name, files[name], said[name]));
  }
  return say(`${names.size} 个文件与清单一致`, `${names.size} files are as the manifest says`);
}

async function content(files) {
  const entry = entryOf(files);
  const salted = await sha(LEAF, unhex(text(files.salt)), await sha(files["content.json"]));
  need(hex(salted) === entry.commitment, "内容不是当时所封存的", "The content is not what was sealed");
  return `${entry.what} ${entry.object} · ${entry.at}`;
}

async function record(files) {
  if (!files["record.json"]) return "";
  const told = JSON.parse(text(files["record.json"]));
  const facts = entryOf(files).facts;
  const own = await sha(files["record.txt"]);
  need(hex(own) === told.hash, "记录与其摘要不符", "The record does not fit its hash");
  const leaf = await sha(LEAF, unhex(told.salt), own);
  const root = await climbed(told.index, told.records, leaf, told.path.map(base64));
  const fits = hex(root) === facts.root && told.records === facts.records;
  need(fits, "记录不在该批之中", "The record is not in the batch");
  return say(`该批 ${told.records} 条中的第 ${told.index + 1} 条`, `record ${told.index + 1} of ${told.records}`);
}

async function chain(files) {
  if (!files["chain.json"]) return "";
  const told = JSON.parse(text(files["chain.json"]));
  const { seal, ...last } = JSON.parse(text(files["content.json"]));
  let before = "";
  for (const step of [{ kind: told.kind }, ...told.steps]) before = hex(await sha(utf8.encode(canonical({ ...step, before }))));
  const leads = before === seal && canonical(told.steps.at(-1)) === canonical(last);
  need(leads, "各步不能接到末步", "The steps do not lead to the last");
  const attached = Object.keys(files).filter((name) => name.startsWith("attached-"));
  for (const name of attached) {
    const own = hex(await sha(files[name]));
    need(name === `attached-${own}` && text(files["chain.json"]).includes(own), "附件与所记不符", "An attached file is not what the steps name");
  }
  return say(`${told.steps.length} 步，${attached.length} 个附件`, `${told.steps.length} steps, ${attached.length} attached`);
}

function proofOf(files) {
  const whole = text(files["proof.tlog-proof"]);
  const cut = whole.indexOf("\n\n");
  const lines = whole.slice(0, cut).split("\n").filter((line) => !line.startsWith("extra "));
  need(lines[0] === "c2sp.org/tlog-proof@v1", "证明不合规范", "The proof is malformed");
  const path = lines.slice(2).map(base64);
  return { index: Number(lines[1].replace("index ", "")), path, note: whole.slice(cut + 2) };
}

async function inclusion(files) {
  const { index, path, note } = proofOf(files);
  const [, size, root] = note.split("\n");
  const found = await climbed(index, Number(size), await sha(LEAF, files["entry.json"]), path);
  need(index < Number(size) && same(found, base64(root)), "不在日志之中", "It is not in the log");
  return say(`日志第 ${index} 条（共 ${size} 条）`, `leaf ${index} of ${size}`);
}

async function signature(files) {
  const { note } = proofOf(files);
  const cut = note.lastIndexOf("\n\n");
  const signed = utf8.encode(note.slice(0, cut + 1));
  const origin = note.split("\n")[0];
  for (const line of text(files.keys).split("\n")) {
    const [, name, id, encoded] = line.match(/^([^+\s]+)\+([0-9a-f]{8})\+(\S+)\s*$/) ?? [];
    if (name !== origin) continue;
    const material = base64(encoded);
    const own = hex(await sha(utf8.encode(`${name}\n`), material)).slice(0, 8);
    for (const mark of note.slice(cut + 2).split("\n")) {
      if (!mark.startsWith(`\u2014 ${name} `) || own !== id || material[0] !== 1) continue;
      const raw = base64(mark.split(" ")[2]);
      if (hex(raw.subarray(0, 4)) !== id) continue;
      const key = await crypto.subtle.importKey("raw", material.slice(1), "Ed25519", false, ["verify"]);
      const good = await crypto.subtle.verify("Ed25519", key, raw.slice(4), signed);
      need(good, "检查点签名不正确", "The signature of the checkpoint is wrong");
      return `${name}+${id}`;
    }
  }
  throw new Error(say(`没有 ${origin} 的可信公钥`, `No trusted key of ${origin} is given`));
}

// The DER elements where a path leads: each whole, and its content.
function der(data, ...path) {
  const found = [];
  for (let at = 0; at < data.length; ) {
    let [begin, size] = [at + 2, data[at + 1]];
    if (size & 0x80) {
      begin += size & 0x7f;
      size = data.subarray(at + 2, begin).reduce((sum, byte) => sum * 256 + byte, 0);
    }
    need(begin + size <= data.length, "时间戳已损坏", "The time stamp is damaged");
    found.push([data.subarray(at, begin + size), data.subarray(begin, begin + size)]);
    at = begin + size;
  }
  return path.length ? der(found[path[0]][1], ...path.slice(1)) : found;
}

const P256 = unhex("06082a8648ce3d030107");
const ECDSA_SHA256 = unhex("06082a8648ce3d040302");
const EXTENDED_KEY_USAGE = unhex("0603551d25");
const TIME_STAMPING = unhex("06082b06010505070308");
const MESSAGE_DIGEST = unhex("302f06092a864886f70d01090431220420"); // the head of an attribute

// Whether a key over P-256 signed something, with SHA-256; WebCrypto wants both numbers of a signature in 32 bytes.
async function isSigned(spki, algorithm, marked, signed) {
  const known = same(der(spki, 0, 0)[1][0], P256) && same(der(algorithm, 0)[0][0], ECDSA_SHA256);
  if (!known) throw new Unchecked(say("本页不核对这种算法，请用 openssl ts -verify", "this page does not check this algorithm; use openssl ts -verify"));
  const numbers = der(marked, 0).map(([, number]) => joined(new Uint8Array(32), number).slice(-32));
  const kind = { name: "ECDSA", namedCurve: "P-256" };
  const key = await crypto.subtle.importKey("spki", spki, kind, false, ["verify"]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, joined(...numbers), signed);
}

// What is asked of a certificate (RFC 5280): its parts, and until when it is valid, to the second.
function certificateOf(whole) {
  const [[signed], [algorithm], [, marked]] = der(whole, 0);
  const [, , , [issuer], [, validity], [subject], [spki], ...more] = der(signed, 0);
  const moments = der(validity).map(([, at]) => (at.length === 13 ? `20${text(at)}` : text(at)));
  const extensions = more.at(-1)?.[0][0] === 0xa3 ? der(more.at(-1)[1], 0).map(([one]) => der(one, 0)) : [];
  const usage = extensions.find(([[named]]) => same(named, EXTENDED_KEY_USAGE));
  const usages = usage ? der(usage.at(-1)[1], 0).map(([one]) => hex(one)) : [];
  return { signed, algorithm, marked: marked.subarray(1), issuer, subject, spki, moments, usages };
}

function rootsOf(keys) {
  const found = keys.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g);
  return [...found].map(([, lines]) => certificateOf(base64(lines.replace(/\s/g, ""))));
}

// An authority under a known root stamped the checkpoint (RFC 3161).
async function timestamp(files) {
  if (!files["checkpoint.tsr"]) throw new Unchecked(say("没有时间戳", "there is none"));
  const parts = der(files["checkpoint.tsr"], 0, 1, 1, 0);
  const info = der(parts[2][1], 1)[0][1];
  const [, , , [attributes, listed], [algorithm], [, marked]] = der(parts.at(-1)[1], 0);
  const [, , [, imprint], , [, at]] = der(info, 0);
  const stamper = certificateOf(der(parts[3][1])[0][0]);
  const root = rootsOf(text(files.keys)).find((each) => same(each.subject, stamper.issuer));
  need(root, "没有该时间戳机构的可信根证书", "No trusted root of the time-stamp authority is given");
  const isIssued = await isSigned(root.spki, stamper.algorithm, stamper.marked, stamper.signed);
  need(isIssued, "时间戳证书不是该根证书所签", "The root did not sign the certificate of the stamp");
  const [begin, end] = stamper.moments;
  const moment = text(at).slice(0, 14);
  need(begin.slice(0, 14) <= moment && moment <= end.slice(0, 14), "时间戳证书当时无效", "The certificate of the stamp was not valid then");
  need(stamper.usages.join() === hex(TIME_STAMPING), "证书用途不是时间戳", "The certificate is not for time stamps");
  const named = joined(MESSAGE_DIGEST, await sha(info));
  const isNamed = der(listed).some(([attribute]) => same(attribute, named));
  const isMarked = await isSigned(stamper.spki, algorithm, marked, joined(Uint8Array.of(0x31), attributes.subarray(1)));
  need(isNamed && isMarked, "时间戳签名不正确", "The signature of the time stamp is wrong");
  const own = await sha(utf8.encode(proofOf(files).note));
  need(same(der(imprint)[1][1], own), "时间戳盖的不是这个检查点", "The time stamp is not of this checkpoint");
  const [year, month, day, hour, minute, second] = moment.match(/^(....)(..)(..)(..)(..)(..)$/).slice(1);
  return `${year}-${month}-${day} ${hour}:${minute}:${second} UTC`;
}

// What an SM2 key signed as well: WebCrypto has neither SM2 nor SM3.
function seconds(files) {
  const found = files["manifest.sm2"] ? [say("清单上的 SM2 签名", "the SM2 signature over the manifest")] : [];
  const { note } = proofOf(files);
  for (const row of text(files.keys).split("\n")) {
    const [, name, id, encoded] = row.match(/^([^+\s]+)\+([0-9a-f]{8})\+(\S+)\s*$/) ?? [];
    if (!name || base64(encoded)[0] !== 0xff) continue;
    const marks = note.split("\n").filter((mark) => mark.startsWith(`\u2014 ${name} `));
    if (marks.some((mark) => hex(base64(mark.split(" ")[2]).subarray(0, 4)) === id)) {
      found.push(say(`检查点上 ${name}+${id} 的 SM2 签名`, `the SM2 signature of ${name}+${id} over the checkpoint`));
    }
  }
  return found;
}

const STEPS = [
  [digests, "文件", "Files"], [content, "内容", "Content"], [record, "记录", "Record"],
  [chain, "办件", "Case"],
  [inclusion, "位于日志", "In the log"], [signature, "签名", "Signature"],
  [timestamp, "时间戳", "Time stamp"],
];

function line(list, kind, title, told) {
  const item = list.appendChild(document.createElement("li"));
  const tag = item.appendChild(document.createElement("span"));
  tag.className = `tag ${kind}`;
  tag.textContent = { good: "✓", bad: "✕", warn: "…" }[kind];
  item.append(` ${title}: ${told}`);
}

async function verified(data, keys, list) {
  list.replaceChildren();
  let failed = 0;
  try {
    const files = filesOf(data);
    if (keys.trim()) files.keys = utf8.encode(keys);
    for (const [step, chinese, english] of STEPS) {
      try {
        const told = await step(files);
        if (told) line(list, "good", say(chinese, english), told);
      } catch (error) {
        const isOpen = error instanceof Unchecked;
        failed += isOpen ? 0 : 1;
        line(list, isOpen ? "warn" : "bad", say(chinese, english), error.message || String(error));
      }
    }
    for (const what of seconds(files)) {
      line(list, "warn", say("第二签名", "Second signature"), say(`${what}本页不核对，请用 shangheng verify`, `${what} is not checked by this page; use shangheng verify`));
    }
  } catch (error) {
    failed += 1;
    line(list, "bad", say("文件", "File"), error.message || String(error));
  }
  if (!keys.trim()) {
    line(list, "warn", say("公钥", "Keys"), say("用的是文件自带的公钥，请与官网 /log/keys 核对", "those inside the file; compare them with /log/keys of the official site"));
  }
  list.dataset.verdict = failed ? "bad" : "good";
}

const chosen = document.querySelector("#evidence-file");
chosen.addEventListener("change", async () => {
  const data = new Uint8Array(await chosen.files[0].arrayBuffer());
  await verified(data, document.querySelector("#evidence-keys").value, document.querySelector("#verdicts"));
});
