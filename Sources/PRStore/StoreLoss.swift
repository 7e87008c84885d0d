// SPDX-License-Identifier: Apache-2.0

/// What a mark says that its database lacks.
package enum StoreLoss: Error, Hashable, Sendable {
  /// The feed ends before the mark.
  case behind(mark: Int64, file: Int64)
  /// The rows up to the mark are others.
  case otherRows(mark: Int64)
  /// The mark is of another store: the file was replaced, or made anew.
  case otherStore(mark: String, file: String)
  /// The mark is damaged.
  case unreadable
}

extension StoreLoss: CustomStringConvertible {
  package var description: String {
    switch self {
    case .behind(let mark, let file):
      "its mark says \(mark) rows, and it has \(file): the last ones are lost, or it was restored from a backup"
    case .otherRows(let mark):
      "its rows up to number \(mark) differ from those of its mark: it was restored from a backup and numbered rows after that"
    case .otherStore(let mark, let file):
      "its mark is of the store \(mark), and it is \(file): it was replaced, or lost and made anew"
    case .unreadable: "its mark cannot be read"
    }
  }
}
