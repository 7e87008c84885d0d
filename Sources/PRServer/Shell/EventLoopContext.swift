// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import PRCertificates
import PRNode
import PRRevision
import PRStore
import PRWire

/// What the sessions of one event loop share: the reader of its turns, and how often the log hears of what.
///
/// Not `Sendable`: it lives on its event loop's thread.
final class EventLoopContext {
  let node: Node
  let options: ServerOptions
  /// What all loops hold together.
  let flight: FlightLedger
  let lanes: LaneWatch
  /// Nil for a node that stands in no federation.
  let federation: (any FederationAnswering)?
  private let loop: any EventLoop
  /// Nil where the engine of the store has none.
  private let reader: (any EventLoopReader)?
  private let logger: Logger
  private var complaints = LogRateLimiter()
  private var forecast = MissPredictor()
  /// Counted apart from the rest of the counters: a plain number costs the fastest answer nothing that can be measured.
  private var answeredAtOnce = 0
  private var answeredLater = 0
  /// The questions for news that are held back on this loop.
  let polls: PollBoard
  private var counted = RequestCounters()

  init(
    node: Node, options: ServerOptions, flight: FlightLedger, lanes: LaneWatch,
    federation: (any FederationAnswering)? = nil, loop: any EventLoop, logger: Logger
  ) throws {
    self.federation = federation
    self.flight = flight
    self.lanes = lanes
    self.node = node
    self.options = options
    self.loop = loop
    self.logger = logger
    reader = try node.store.eventLoopReader()
    polls = PollBoard(node, on: loop)
  }

  /// What a client may ask for.
  ///
  /// - Parameters:
  ///   - peerNames: those of a certificate that no federation made.
  ///   - certificate: of a member. Nothing else counts then.
  func rights(on listener: Endpoint, peerNames: [String] = [], certificate: MemberCertificate? = nil) -> Rights {
    let others = options.access.rights(on: listener, peerNames: peerNames, isFederated: federation != nil)
    guard let certificate else { return others }
    return (federation?.rights(of: certificate)).map { $0.union([.enroll, .report]) } ?? others
  }

  /// Writes the answer to a `get-pr` that needs no decision.
  ///
  /// - Returns: false when it needs one.
  @inline(__always)
  func answerCurrent(_ tuple: RequestView.PlainTuple, into out: inout ByteBuffer) -> Bool {
    guard let reader, node.answersCurrentTuplesAtOnce, forecast.shouldLook() else { return false }
    let turnWasOpen = reader.isSnapshotOpen
    defer { if !turnWasOpen, reader.isSnapshotOpen { endSnapshotLater() } }
    do throws(StoreError) {
      let isAnswered = try reader.readCurrentValue(
        version: tuple.version, pkgarch: tuple.pkgarch, checksum: tuple.checksum
      ) { Response.writeLine(value: $0, to: &out) }
      guard isAnswered else {
        forecast.missed()
        return false
      }
      forecast.found()
      answeredAtOnce &+= 1
      return true
    } catch {
      return false  // a lock or worse: the slow path waits for the one and reports the other
    }
  }

  /// Counts a request that had an answer.
  ///
  /// - Parameter start: when it came; nil where it had its answer at once.
  func countAnswer(_ request: RequestKind?, since start: NIODeadline? = nil) {
    answeredLater &+= 1
    counted.answer(request, nanoseconds: start.map { (loop.now - $0).nanoseconds })
  }

  func countRefusal(_ request: RequestKind?, _ kind: RefusalKind, since start: NIODeadline? = nil) {
    counted.refuse(request, kind, nanoseconds: start.map { (loop.now - $0).nanoseconds })
  }

  /// What this loop's sessions were asked so far.
  var counters: RequestCounters {
    var counters = counted
    counters.answeredAtOnce = answeredAtOnce
    return counters
  }

  /// By the clock of the loop, which is never set.
  var now: SessionState.Instant {
    SessionState.Instant(after: .nanoseconds(Int64(clamping: loop.now.uptimeNanoseconds)))
  }

  /// How many requests this loop's sessions have been answered.
  var answers: Int { answeredAtOnce &+ answeredLater }

  private var features: Set<Feature> {
    var features: Set<Feature> = [.lookup, .via]
    if node.store.hasFeed { features.formUnion([.changes, .origins]) }
    if federation != nil { features.insert(.federation) }
    return features.subtracting(options.withheld)
  }

  /// The server's description of itself, for clients that ask.
  var description: PeerDescription {
    var description = PeerDescription(
      server: "headwater/\(options.version)", features: features,
      level: node.knownLevel,
      numbering: node.policy.numbering == .bitbake ? "bitbake" : "partitioned", store: node.store.identity,
      lane: node.lane, limits: MessageLimits(options.wire))
    description.time = node.now
    return description
  }

  /// The turn ends with a task, which the loop runs after all that was readable has been read.
  private func endSnapshotLater() {
    let desk = NIOLoopBound(self, eventLoop: loop)
    loop.execute { desk.value.endSnapshot() }
  }

  private func endSnapshot() {
    do throws(StoreError) {
      try reader?.endSnapshot()
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
