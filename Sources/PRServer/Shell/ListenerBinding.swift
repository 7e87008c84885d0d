// SPDX-License-Identifier: Apache-2.0
import PRWire

/// Where connections come in: an address as it was asked for, and the socket that it got.
public struct ListenerBinding: Sendable {
  /// It says what is spoken, and decides on the rights of its clients.
  public let address: Endpoint
  public let socket: ListeningSocket

  /// In numbers, and with the port that the operating system chose.
  public var whereabouts: Endpoint { socket.whereabouts(of: address) }
}
