// SPDX-License-Identifier: Apache-2.0

/// A node's rows. Its verbs are those of the domain; which engine keeps the rows is the business of the engine's own
/// target, which also opens it.
package final class Store: Sendable {
  let engine: any StoreEngine
  let digests = FeedDigests()
  let settling = SettlingDesk()

  package init(_ engine: any StoreEngine) { self.engine = engine }

  /// What a message names the store by.
  package var path: String { engine.path }

  /// Which store this is, across restarts; nil on a file opened read-only that this program has never written.
  package var identity: String? { engine.identity }

  package var isReadOnly: Bool { engine.isReadOnly }

  /// See ``StoreEngine/largestTransaction``.
  package var largestTransaction: Int? { engine.largestTransaction }

  /// The rows never change.
  package var isFrozen: Bool { engine.isFrozen }

  /// The rows have serials. Not so in a file that only BitBake's server has written.
  package var hasFeed: Bool { identity != nil }

  /// What is wrong with the database at this moment.
  package var troubles: [StoreTrouble] { engine.troubles }

  package var figures: StoreFigures { engine.figures }

  /// What the writer is doing; nil where the store is opened to store nothing.
  package var writerProgress: WriterProgress? { engine.writerProgress }

  /// A reader for one event loop, to be used on its thread only. It never waits for a lock. Nil where the engine has
  /// none.
  package func eventLoopReader() throws(StoreError) -> (any EventLoopReader)? { try engine.eventLoopReader() }

  package func diagnosticReader() throws(StoreError) -> any DiagnosticReader { try engine.diagnosticReader() }

  /// Finishes the decisions that were submitted, and takes no more.
  ///
  /// - Parameter isLast: no other part of this process writes the store. The log of a file is emptied, so that the file
  ///   alone is the database.
  /// - Returns: whether the log was emptied: not so while another process reads or writes the file.
  @discardableResult
  package func close(isLast: Bool = true) -> Bool { engine.close(isLast: isLast) }
}
