// SPDX-License-Identifier: Apache-2.0
import PRWire

/// A reply that is ready.
enum SessionReply: Sendable {
  case response(Response)
  /// Several sessions may share it.
  case encoded(EncodedMessage)

  /// About how much memory it takes while it waits.
  var bytes: Int {
    switch self {
    case .response(let response): response.bytes
    case .encoded(let message): message.count
    }
  }
}

/// What has a place in a session's queue.
enum QueuedReply: Sendable {
  case reply(SessionReply)
  /// Read and written page by page once it is at the front.
  case export(ExportQuery)
}

extension Response {
  fileprivate var bytes: Int {
    switch self {
    case .value(let text), .error(let text), .federation(let text): text.utf8.count
    case .imported(let value): value?.text.utf8.count ?? 0
    case .lookup(let answer): answer.values.reduce(0) { $0 + $1.utf8.count }
    case .loop(let circle): circle.stores.reduce(0) { $0 + $1.utf8.count }
    case .aliveToNode(let news): news.rival?.description.utf8.count ?? 0
    case .alive, .noValue, .known, .readonly, .changes: 0
    }
  }
}
