// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRStore
import PRStoreSQLite
import PRUpstream
import TestStore

/// A node's questions for those who can wait.
extension Node {
  static func node(
    _ path: String, _ numbering: Numbering = .partitioned(.root), durability: Durability = .normal,
    readOnly: Bool = false,
    onMiss: OnMiss = .refuse
  ) throws -> Node {
    let options = StoreOptions(
      path: path, durability: durability, readOnly: readOnly, guardsValues: numbering != .bitbake)
    return Node(
      store: try Store.open(options).store, policy: NodePolicy(numbering: numbering, onMiss: onMiss),
      clock: { 1_700_000_000_000 })
  }

  /// The spelling of the answer to a `get-pr`.
  func get(_ tuple: TupleKey, _ history: History = .none) async throws(NodeError) -> String {
    try await withCheckedContinuation { continuation in
      allocate(tuple, history, asker: "10.0.0.7") { continuation.resume(returning: $0) }
    }.get().text
  }

  func test(_ tuple: TupleKey, _ history: History = .none) async throws(NodeError) -> String? {
    try await withCheckedContinuation { continuation in
      value(of: tuple, history) { continuation.resume(returning: $0) }
    }.get()?.text
  }

  func lookUp(_ tuple: TupleKey) async throws(NodeError) -> UpstreamAnswer {
    try await withCheckedContinuation { continuation in
      lookUp(tuple, within: nil) { continuation.resume(returning: $0) }
    }.get()
  }

  func max(_ package: PackageKey) async throws(NodeError) -> String? {
    try await withCheckedContinuation { continuation in
      greatest(of: package) { continuation.resume(returning: $0) }
    }.get()?.text
  }

  func importOne(_ tuple: TupleKey, _ value: String) async throws(NodeError) -> Bool {
    try await withCheckedContinuation { continuation in
      record(tuple, value: value, asker: "10.0.0.7") { continuation.resume(returning: $0) }
    }.get()
  }

  func export(_ filter: RowFilter = RowFilter(history: .kept)) async throws(NodeError) -> [Row] {
    var rows: [Row] = []
    var cursor: RowCursor? = .start
    while let position = cursor {
      let answer: Result<RowPage, NodeError> = await withCheckedContinuation { continuation in
        page(of: filter, from: position) { continuation.resume(returning: $0) }
      }
      rows += try answer.get().rows
      cursor = try answer.get().next
    }
    return rows
  }
}

extension Numbering {
  /// Both numberings of a node that stands alone: there they give the same answers.
  static let alone: [Numbering] = [.bitbake, .partitioned(.root)]
}
