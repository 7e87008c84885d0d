// SPDX-License-Identifier: Apache-2.0
import PRWire

/// Where connections come in: an address as it was asked for, and the socket that it got.
package struct ListenerBinding: Sendable {
  /// It says what is spoken, and decides on the rights of its clients.
  package let address: Endpoint
  package let socket: ListeningSocket

  /// In numbers, and with the port that the operating system chose.
  package var whereabouts: Endpoint { socket.whereabouts(of: address) }
}
