// SPDX-License-Identifier: Apache-2.0

/// Whether a copy has ever held all that the upstream had.
package enum CopyState: String, Hashable, Sendable {
  /// It is to be made, or lacks rows.
  case begun
  case whole
}

extension ReadContext {
  /// - Returns: nil on a node that copies nothing.
  package func copyState() throws(StoreError) -> CopyState? {
    if let state = try note(.copyState).flatMap(CopyState.init(rawValue:)) { return state }
    // A copy that an earlier version made tells only how far it has come.
    return try position(.position) == nil ? nil : .begun
  }
}

extension WriteContext {
  /// Keeps what is known of the copy, if it is news.
  package func keep(_ state: CopyState) throws(StoreError) {
    if try reader.note(.copyState) != state.rawValue { try keep(.copyState, state.rawValue) }
  }

  /// A copy is to be made. One that was whole stays so: what has come above since is not known to lack.
  package func beginCopy() throws(StoreError) {
    if try reader.note(.copyState) == nil { try keep(CopyState.begun) }
  }
}
