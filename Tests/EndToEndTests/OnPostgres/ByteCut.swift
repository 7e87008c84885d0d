// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A line that is cut after an exact number of bytes. What was passed on before arrives.
final class ByteCut: Sendable {
  /// Toward the server, or from it.
  enum Direction: CaseIterable, Sendable { case up, down }

  private struct State: Sendable {
    var armed: Direction?
    var left = 0
    var hasCut = false
  }

  private let listener: LocalListener
  private let state: Watched<State>

  init(to server: Address) throws {
    let state = Watched(State())
    self.state = state
    listener = try LocalListener { near in
      let far = socket(server.family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      if server.withSocketAddress({ connect(far, $0, $1) }) == 0 {
        Self.carry(near, far, state)
      }
      close(near)
      close(far)
    }
  }

  var address: Address { listener.address }

  /// Cuts the connection that the byte behind so many is on. Others, and those that come, are carried on.
  func cut(_ direction: Direction, after bytes: Int) {
    state.withLock { $0 = State(armed: direction, left: bytes) }
  }

  func disarm() { state.withLock { $0.armed = nil } }

  /// The line was cut since it was to be.
  var hasCut: Bool { state.current.hasCut }

  /// How many of some bytes are passed on, and whether the connection ends behind them.
  private static func share(
    of count: Int, _ direction: Direction, _ state: Watched<State>
  ) -> (count: Int, ends: Bool) {
    state.withLock { state in
      guard state.armed == direction else { return (count, false) }
      guard count > state.left else {
        state.left -= count
        return (count, false)
      }
      (state.armed, state.hasCut) = (nil, true)
      return (state.left, true)
    }
  }

  /// Carries both directions on this thread until the connection has ended on both sides.
  private static func carry(_ near: CInt, _ far: CInt, _ state: Watched<State>) {
    var isOpen = [true, true]
    var isCut = false
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while isOpen.contains(true) {
      var sides = [near, far].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      for side in 0...1 where !isOpen[side] { sides[side].fd = -1 }
      guard poll(&sides, 2, -1) > 0 || errno == EINTR else { return }
      for (side, direction) in [Direction.up, .down].enumerated() where sides[side].revents != 0 {
        let (source, sink) = side == 0 ? (near, far) : (far, near)
        let count = recv(source, &piece, piece.count, 0)
        guard count > 0 else {
          isOpen[side] = false
          shutdown(sink, CInt(SHUT_WR))
          continue
        }
        // What comes behind a cut is read and left out: a socket that is closed with bytes unread takes back what was sent.
        guard !isCut else { continue }
        let (passed, ends) = share(of: count, direction, state)
        _ = piece.withUnsafeBytes { send(sink, $0.baseAddress, passed, CInt(MSG_NOSIGNAL)) }
        if ends {
          isCut = true
          for socket in [near, far] { shutdown(socket, CInt(SHUT_WR)) }
        }
      }
    }
  }
}
