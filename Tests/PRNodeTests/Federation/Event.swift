// SPDX-License-Identifier: Apache-2.0

/// What happened in a federation, in plain text: all that the checker of the laws ever sees.
enum Event: Sendable {
  case asked(Question, at: Int, Circumstances)
  /// At the moment of the transaction that decided.
  case answered(Question, at: Int, value: String?)
  case refused(Question, at: Int, overflow: Bool)
  /// A row is among the node's own from now on.
  case stored(TextRow, at: Int, imported: Bool)
  /// A row of the upstream is in the node's copy from now on.
  case copied(TextRow, at: Int)
  /// A value of the upstream, told without its checksum.
  case bound(package: String, value: String, at: Int)
  /// The floor of a package rises: by an operator, or as the upstream's has.
  case floor(package: String, value: String, at: Int, isRaisedHere: Bool)
  /// The database is an earlier one again.
  case restored(at: Int, Backup)
  /// The copy was thrown away; what is in the new one follows.
  case copyDropped(at: Int)
  /// The copy holds all that the upstream has, which has not changed while it was copied.
  case copyIsWhole(at: Int)
  /// Nothing that is checked: a link was cut, a process began again.
  case remark(String)
}

/// What the database holds after a restore.
struct Backup: Sendable {
  var own: [TextRow]
  var copied: [TextRow]
  var bounds: [(package: String, value: String)]
  var floors: [(package: String, value: String)]
}

struct TextRow: Hashable, Sendable, CustomStringConvertible {
  let package: String
  let checksum: String
  let value: String

  var description: String { "\(package) \(checksum) = \(value)" }
}

struct Question: Hashable, Sendable, CustomStringConvertible {
  enum Kind: String, Sendable { case get, predict, test, max }

  let kind: Kind
  let package: String
  var checksum = ""
  /// The request asks for history.
  var isKept = false

  var description: String { "\(kind) \(package) \(checksum)\(isKept ? " with history" : "")" }
}

/// What holds while a question is put.
struct Circumstances: Hashable, Sendable {
  /// Nothing else happens before the answer.
  var isUndisturbed: Bool
  /// Every node up to the top can be asked.
  var reachesTop: Bool
  /// The node's own upstream cannot be asked.
  var isCutOff: Bool
  var isStrict: Bool
}

extension Event: CustomStringConvertible {
  var description: String {
    switch self {
    case .asked(let question, let node, let circumstances):
      "node \(node) is asked: \(question)\(circumstances.isUndisturbed ? ", undisturbed" : "")"
        + (circumstances.reachesTop ? "" : ", not reaching the top") + (circumstances.isStrict ? ", strict" : "")
    case .answered(let question, let node, let value): "node \(node) answers \(value ?? "nothing"): \(question)"
    case .refused(let question, let node, let overflow):
      "node \(node) refuses\(overflow ? ", no number left" : ""): \(question)"
    case .stored(let row, let node, let imported): "node \(node) \(imported ? "imports" : "stores") \(row)"
    case .copied(let row, let node): "node \(node) copies \(row)"
    case .bound(let package, let value, let node): "node \(node) hears of \(package) up to \(value)"
    case .floor(let package, let value, let node, let isRaisedHere):
      "node \(node) \(isRaisedHere ? "raises" : "takes over") the floor \(value) of \(package)"
    case .restored(let node, let backup):
      "node \(node) is restored: own \(backup.own), copied \(backup.copied), floors \(backup.floors)"
    case .copyDropped(let node): "node \(node) drops its copy"
    case .copyIsWhole(let node): "the copy of node \(node) is whole"
    case .remark(let text): text
    }
  }
}
