// SPDX-License-Identifier: Apache-2.0
import NIOCore

extension SocketAddress {
  /// What connections of one machine have in common: its IPv4 address, or the first 64 bits of its IPv6 address, since a
  /// machine has all the others to choose from. Nil for a UNIX socket.
  var quotaKey: String? {
    guard case .v6(let address) = self else { return ipAddress }
    let bytes = withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
    let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    return isMapped
      ? bytes[12...].map { "\($0)" }.joined(separator: ".")
      : bytes[..<8].map { String($0, radix: 16) }.joined(separator: ":")
  }
}

/// Ends a connection that was refused.
final class RefusedConnection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let desk: EventLoopContext

  init(desk: EventLoopContext) { self.desk = desk }

  func channelActive(context: ChannelHandlerContext) {
    desk.complain(
      "address",
      "a connection was refused: its address has as many open as --max-connections-per-address allows",
      level: .warning, peer: context.remoteAddress?.ipAddress)
    context.close(promise: nil)
  }
}
