// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What a pull reports of itself, for the status page and the log.
enum SyncNote: Hashable, Sendable {
  /// Something was pulled. That a connection stands says little: what failed may fail again.
  case worked
  /// So many rows of the copy are news.
  case applied(news: Int)
  /// The copy holds all that the upstream has; nil while it follows an upstream without a feed.
  case arrived(FeedPosition?)
  /// The copy is whole for the first time over this connection.
  case complete(rows: Int)
  /// The upstream's feed is another one than the copy's.
  case reset(reason: String)
  /// A fresh copy has taken the old one's place, which had so many rows more.
  case swapped(vanished: Int)
  /// So many rows were not copied: their names or values are longer than a node takes.
  case passedOver(rows: Int)
  /// Where rows come from is not asked for some time: the upstream gave an answer that cannot be used.
  case originsPutOff(reason: String)
}
