// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRStore

  /// The mark in the store that keeps all machines from numbering.
  enum PostgresStop {
    /// - Parameter text: what the store has under ``PostgresSchema/Key/stop``.
    static func refusal(_ text: String?, _ shared: PostgresShared) -> StoreError? {
      guard let text else {
        shared.note(nil)
        return nil
      }
      let loss = loss(text)
      shared.note(loss)
      return .lost(path: shared.path, loss)
    }

    /// Reads what ``text(of:)`` writes.
    static func loss(_ text: String) -> StoreLoss {
      let words = text.split(separator: " ").map(String.init)
      switch (words.first, words.count) {
      case ("behind", 3):
        guard let mark = Int64(words[1]), let file = Int64(words[2]) else { return .unreadable }
        return .behind(mark: mark, file: file)
      case ("other-rows", 2): return Int64(words[1]).map { .otherRows(mark: $0) } ?? .unreadable
      case ("other-store", 3): return .otherStore(mark: words[1], file: words[2])
      default: return .unreadable
      }
    }

    static func text(of loss: StoreLoss) -> String {
      switch loss {
      case .behind(let mark, let file): "behind \(mark) \(file)"
      case .otherRows(let mark): "other-rows \(mark)"
      case .otherStore(let mark, let file): "other-store \(mark) \(file)"
      case .unreadable: "unreadable"
      }
    }
  }
#endif
