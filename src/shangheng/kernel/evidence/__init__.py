# SPDX-License-Identifier: Apache-2.0
"""存证: what can be proved about everything that was reported, done or published.

Serves 江苏 (七)3 (online evidence storage) and 青海 (二十三) (retention of transaction records).
The log is a Merkle tree as in RFC 6962, kept as plain tile files (C2SP tlog-tiles), its state
published as signed notes (C2SP tlog-checkpoint), its proofs written as text (C2SP tlog-proof), so
that tools which nobody here wrote can read and check it. A batch of records is a Merkle tree of
its own whose root is one leaf of the log: one record can be proved without showing another.

Pure, usable without Django: ``hashing`` (one) and ``folding`` (many), ``merkle`` (roots and
proofs), ``batches``, ``notes``, ``keys``,
``tokens`` (keys in PKCS#11 devices), ``national`` (SM2, SM3), ``checkpoints``, ``proofs``,
``tiles`` (paths and encodings), ``store`` and ``tiled_tree`` (the log on disk), ``timestamps``
(RFC 3161), ``witnessing`` (cosignatures), ``entries`` (what a leaf says), ``sealing`` (a batch
from its file of hashes), ``chains`` (a case), ``verifying``, ``bundles`` and ``standalone`` (the
verifier that travels).

With rows: ``actions`` (*sequenced*: a leaf in the transaction of its action), ``integrating``
(*integrated* and *published*: tiles, signed and time-stamped checkpoint), ``queries`` (proofs),
``auditing`` (everything against everything). ``log`` holds the folder and the keys.

Example: ``merkle.verify_inclusion(7, 20, leaf, proof, root)`` is true or false, and never raises.
"""
