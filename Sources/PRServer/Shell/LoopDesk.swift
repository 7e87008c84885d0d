// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import PRNode
import PRRevision
import PRStore
import PRWire

/// What the sessions of one event loop share: the reader of its turns, and how often the log hears of what.
///
/// Not `Sendable`: it lives on its event loop's thread.
final class LoopDesk {
  let node: Node
  let options: ServerOptions
  private let loop: any EventLoop
  private let reader: TurnReader
  private let logger: Logger
  private var complaints = Complaints()
  private var forecast = LookupForecast()

  init(node: Node, options: ServerOptions, loop: any EventLoop, logger: Logger) throws {
    self.node = node
    self.options = options
    self.loop = loop
    self.logger = logger
    reader = try node.store.turnReader()
  }

  /// Writes the answer to a `get-pr` that needs no decision.
  ///
  /// - Returns: false when it needs one.
  @inline(__always)
  func answerCurrent(_ tuple: RequestView.PlainTuple, into out: inout ByteBuffer) -> Bool {
    guard node.answersCurrentTuplesAtOnce, forecast.shouldLook() else { return false }
    let turnWasOpen = reader.isTurnOpen
    defer { if !turnWasOpen, reader.isTurnOpen { endTurnLater() } }
    do throws(StoreError) {
      let answered: Void? = try reader.withCurrentValue(
        version: tuple.version, pkgarch: tuple.pkgarch, checksum: tuple.checksum
      ) { Response.writeLine(value: $0, to: &out) }
      if answered == nil { forecast.missed() } else { forecast.found() }
      return answered != nil
    } catch {
      return false  // a lock or worse: the slow path waits for the one and reports the other
    }
  }

  /// What the server says of itself to those who ask.
  var description: PeerDescription {
    PeerDescription(
      server: "headwater/\(options.version)", features: node.store.hasFeed ? Set(Feature.allCases) : [.lookup],
      level: node.level,
      numbering: node.policy.numbering == .bitbake ? "bitbake" : "partitioned", store: node.store.identity)
  }

  /// The turn ends with a task, which the loop runs after all that was readable has been read.
  private func endTurnLater() {
    let desk = NIOLoopBound(self, eventLoop: loop)
    loop.execute { desk.value.endTurn() }
  }

  private func endTurn() {
    do throws(StoreError) {
      try reader.endTurn()
    } catch {
      complain("turn", error.description, level: .error)
    }
  }

  /// Tells the log, unless it has just heard of the same kind.
  func complain(_ kind: String, _ message: String, level: Logger.Level, peer: String? = nil) {
    guard let leftOut = complaints.admit(kind, now: .now) else { return }
    var metadata: Logger.Metadata = [:]
    if let peer { metadata[LogKey.peer] = "\(peer)" }
    if leftOut > 0 { metadata[LogKey.leftOut] = "\(leftOut)" }
    logger.log(level: level, "\(message)", metadata: metadata)
  }
}
