// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads

/// A stretch of network between a node and its upstream: it is slow if it is told to be, can split what it carries, go silent
/// in one direction or both, be cut and healed, and counts what goes through it.
final class Relay: Sendable {
  /// What has come to the relay so far.
  struct Traffic: Hashable, Sendable {
    var connections = 0
    /// Bytes toward the server, and from it.
    var bytesUp = 0
    var bytesDown = 0
    /// How often something went up after nothing had, or after something came down: round trips begun.
    var flights = 0
    /// How often the line was cut because of ``cut(afterBytesDown:)``.
    var planned = 0
  }

  /// Toward the server, or from it.
  enum Direction: CaseIterable, Sendable {
    case up
    case down
  }

  fileprivate struct State: Sendable {
    var traffic = Traffic()
    var silent: Set<Direction> = []
    /// Seconds that everything takes.
    var delay: TimeInterval
    /// The most bytes that are passed on in one piece.
    var grain = Int.max
    var isCut = false
    /// Links made before the latest cut are dead.
    var cuts = 0
    fileprivate var links: [Link] = []
    /// The line is cut once so many bytes more have come down.
    var bytesLeft: Int?
  }

  private let listener: LocalListener
  private let state: Watched<State>

  /// - Parameter delay: seconds that everything takes, in each direction.
  init(to server: Address, delay: TimeInterval = 0) throws {
    let state = Watched(State(delay: delay))
    self.state = state
    listener = try LocalListener { near in Self.join(near, to: server, state) }
  }

  deinit { cut() }

  /// Where it is, as an option of `headwater serve`.
  var address: Address { listener.address }
  var traffic: Traffic { state.withLock(\.traffic) }

  /// Keeps connections open, takes new ones, and lets nothing through in these directions.
  func goSilent(_ directions: Set<Direction> = [.up, .down]) { state.withLock { $0.silent = directions } }

  /// From now on everything takes so many seconds in each direction, and is passed on in pieces of so many bytes at most.
  func carry(delay: TimeInterval = 0, inPiecesOf grain: Int = .max) {
    state.withLock { ($0.delay, $0.grain) = (delay, grain) }
  }

  /// Ends all connections, and those that come.
  ///
  /// - Parameter resets: with a reset, not with an end in order.
  func cut(resets: Bool = false) {
    let links = state.withLock { state in
      state.isCut = true
      state.cuts += 1
      defer { state.links = [] }
      return state.links
    }
    for link in links { link.cut(resets: resets) }
  }

  /// Cuts the line in the middle of what comes down next; it stays cut.
  ///
  /// - Parameter bytes: nil for a line that is not to be cut after all.
  func cut(afterBytesDown bytes: Int?) { state.withLock { $0.bytesLeft = bytes } }

  /// Works again; what a silence held back goes on its way. A cut that is planned stays planned.
  func heal() {
    state.withLock { state in
      state.silent = []
      state.isCut = false
    }
  }

  /// Waits for traffic.
  func wait(until condition: (Traffic) -> Bool) -> Bool {
    state.wait { condition($0.traffic) }
  }

  private static func join(_ near: CInt, to server: Address, _ state: Watched<State>) {
    let far = socket(server.family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let link = Link(near: near, far: far)
    let age: Int? = state.withLock { state in
      state.traffic.connections += 1
      return state.isCut ? nil : state.cuts
    }
    // A dead link is closed here and now: a cut must not find its descriptors, which may be another's by then.
    guard let age, server.withSocketAddress({ connect(far, $0, $1) }) == 0 else { return link.closeBoth() }
    var on: CInt = 1
    setsockopt(far, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    state.withLock { state in
      if state.cuts > age { link.cut(resets: false) } else { state.links.append(link) }
    }
    let lastWentUp = Watched(false)
    let pace: @Sendable () -> (TimeInterval, Int) = { state.withLock { ($0.delay, $0.grain) } }
    link.carry(from: near, to: far, pace) { count in
      let beginsFlight = lastWentUp.withLock { last in
        defer { last = true }
        return !last
      }
      state.withLock { state in
        state.traffic.bytesUp += count
        if beginsFlight { state.traffic.flights += 1 }
      }
    } gate: {
      state.wait { !$0.silent.contains(.up) || $0.cuts > age }
    }
    link.carry(from: far, to: near, pace) { count in
      lastWentUp.withLock { $0 = false }
      let links = state.withLock { $0.takeDown(count) }
      for link in links { link.cut(resets: false) }
    } gate: {
      state.wait { !$0.silent.contains(.down) || $0.cuts > age }
    }
  }
}

extension Relay.State {
  /// - Returns: what is to be cut now.
  fileprivate mutating func takeDown(_ count: Int) -> [Link] {
    traffic.bytesDown += count
    guard let left = bytesLeft else { return [] }
    bytesLeft = left - count
    guard left <= count else { return [] }
    (bytesLeft, isCut) = (nil, true)
    cuts += 1
    traffic.planned += 1
    defer { links = [] }
    return links
  }
}

/// Two sockets, of which each gets what the other one reads.
private final class Link: Sendable {
  private let near: CInt
  private let far: CInt
  /// Directions that are still carried, and whether they end with a reset.
  private let life = Watched((directions: 2, isCut: false, resets: false))

  init(near: CInt, far: CInt) {
    self.near = near
    self.far = far
  }

  func closeBoth() {
    close(near)
    close(far)
  }

  /// Wakes the threads that read; the last one closes.
  func cut(resets: Bool) {
    life.withLock { life in
      guard life.directions > 0 else { return }
      life.isCut = true
      life.resets = resets
      for socket in [near, far] { shutdown(socket, CInt(resets ? SHUT_RD : SHUT_RDWR)) }
    }
  }

  /// Reads on one thread and writes on another, so that what is delayed does not delay what comes after it.
  ///
  /// - Parameter pace: seconds that a piece takes, and the most bytes of it that are passed on at once.
  func carry(
    from source: CInt, to sink: CInt, _ pace: @escaping @Sendable () -> (delay: TimeInterval, grain: Int),
    counting count: @escaping @Sendable (Int) -> Void,
    gate: @escaping @Sendable () -> Void
  ) {
    let queue = Watched((pieces: [(due: Date, bytes: ArraySlice<UInt8>)](), hasEnded: false))
    Thread.detachNewThread {
      var piece = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let read = recv(source, &piece, piece.count, 0)
        if read < 0, errno == EINTR { continue }
        guard read > 0 else { break }
        count(read)
        let (delay, grain) = pace()
        let due = Date(timeIntervalSinceNow: delay)
        var rest = Array(piece[..<read])[...]
        queue.withLock { queue in
          while !rest.isEmpty {
            queue.pieces.append((due, rest.prefix(grain)))
            rest = rest.dropFirst(grain)
          }
        }
      }
      queue.withLock { $0.hasEnded = true }
    }
    Thread.detachNewThread { [self] in
      while true {
        queue.wait { !$0.pieces.isEmpty || $0.hasEnded }
        guard let (due, bytes) = queue.withLock({ $0.pieces.isEmpty ? nil : $0.pieces.removeFirst() }) else { break }
        // The sleep is the length of the line that the relay stands for.
        if due.timeIntervalSinceNow > 0 { Thread.sleep(until: due) }
        gate()
        _ = bytes.withUnsafeBytes { send(sink, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
      }
      finish(sink)
    }
  }

  private func finish(_ sink: CInt) {
    life.withLock { life in
      life.directions -= 1
      if !life.resets { shutdown(sink, CInt(SHUT_WR)) }
      guard life.directions == 0 else { return }
      if life.resets {
        var abrupt = linger(l_onoff: 1, l_linger: 0)
        for socket in [near, far] {
          setsockopt(socket, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
        }
      }
      closeBoth()
    }
  }
}
