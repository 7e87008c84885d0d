// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRWire
import Synchronization

/// A socket that connections are accepted from. Several listeners may share it, one after the other or at once: they
/// take from one queue, so that a waiting client does not notice which one took over.
///
/// It ends with its last holder: then no client can connect, and a UNIX socket's file is gone.
package final class ListeningSocket: Sendable {
  /// As it was asked for; the port may be 0.
  private let address: Endpoint
  /// In numbers, and with the port that the operating system chose.
  package let bound: Endpoint
  private let descriptor: CInt
  /// What has to be removed at the end.
  private let file: SocketFile?
  private let holders = Mutex(1)

  /// How many connections the operating system keeps waiting.
  private static let backlog: CInt = 4096

  private init(_ address: Endpoint, bound: Endpoint, descriptor: CInt, file: SocketFile?) {
    self.address = address
    self.bound = bound
    self.descriptor = descriptor
    self.file = file
    if case .unix = bound {} else { Self.keepAlive(descriptor) }
  }

  /// On Linux the connections that are accepted inherit it: tcp(7).
  private static func keepAlive(_ descriptor: CInt) {
    let tcp = CInt(clamping: IPPROTO_TCP)
    for (level, option, value) in [
      (SOL_SOCKET, SO_KEEPALIVE, 1), (tcp, TCP_KEEPIDLE, KeepAlive.idle), (tcp, TCP_KEEPINTVL, KeepAlive.interval),
      (tcp, TCP_KEEPCNT, KeepAlive.probes),
    ] {
      var value = value
      setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }
  }

  /// Binds an address. The caller holds the socket.
  ///
  /// - Parameter port: the port to take where the address leaves the choice to the operating system.
  package static func listen(on address: Endpoint, port chosen: Int = 0) throws(ListenError) -> ListeningSocket {
    try listen(on: address, port: chosen, tries: FolderLock.tries)
  }

  /// - Parameter tries: how often the lock on the folder of a UNIX socket is tried.
  static func listen(on address: Endpoint, port chosen: Int = 0, tries: Int) throws(ListenError) -> ListeningSocket {
    do throws(SocketError) {
      switch address {
      case .tcp(let host, let asked), .tls(let host, let asked):
        let port = asked == 0 ? chosen : asked
        let name = try SocketName(host: host, port: port)
        let descriptor = try name.bind(backlog: backlog)
        return ListeningSocket(
          address, bound: SocketName(of: descriptor)?.endpoint ?? address, descriptor: descriptor, file: nil)
      case .unix(let path):
        let name = try SocketName(path: path)
        return try FolderLock.hold(around: path, tries: tries) { () throws(SocketError) in
          try name.makeRoom(at: path)
          let descriptor = try name.bind(backlog: backlog)
          return ListeningSocket(address, bound: address, descriptor: descriptor, file: SocketFile(path))
        }
      }
    } catch {
      throw ListenError(address: address, reason: error)
    }
  }

  /// A socket that another process has bound, which owns its file, if there is one. The caller holds it.
  ///
  /// - Returns: nil for a socket of a kind that is not served.
  package convenience init?(passed descriptor: CInt) {
    guard let bound = SocketName(of: descriptor)?.endpoint else { return nil }
    self.init(bound, bound: bound, descriptor: descriptor, file: nil)
  }

  /// Where a listener is that takes from it.
  ///
  /// - Parameter listener: its address as it was asked for; it says what is spoken.
  package func whereabouts(of listener: Endpoint) -> Endpoint {
    guard listener.isTLS, case .tcp(let host, let port) = bound else { return bound }
    return .tls(host: host, port: port)
  }

  /// From now on there is one more who holds it.
  ///
  /// - Throws: when there is no holder left.
  func retain() throws(ListenError) -> ListeningSocket {
    let isOpen = holders.withLock { holders in
      guard holders > 0 else { return false }
      holders += 1
      return true
    }
    guard isOpen else { throw ListenError(address: address, reason: .system(EBADF)) }
    return self
  }

  /// Each who holds it says this once, when no more connections are wanted.
  package func release() {
    guard
      holders.withLock({ holders in
        holders -= 1
        return holders == 0
      })
    else { return }
    // In this order: as long as the file is there, another process finds a server behind it, and leaves it alone.
    file?.remove()
    close(descriptor)
  }

  /// A descriptor of its own for a listener, which closes it.
  package func descriptorToOwn() throws(ListenError) -> CInt {
    let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard own >= 0 else { throw ListenError(address: address, reason: .system(errno)) }
    return own
  }

  /// Makes the queue as long as it should be: a listener of NIO's shortens it.
  package func lengthenQueue() { _ = Glibc.listen(descriptor, Self.backlog) }
}

extension ListeningSocket {
  /// The hosts, in numbers, that a host name stands for.
  package typealias Resolver = (_ host: String) throws(SocketError) -> [String]

  /// The bindings of a server, in the order of its addresses; a name with several addresses has one for each. Each
  /// socket is held once more, or for the first time.
  ///
  /// - Parameters:
  ///   - resolve: nil where each address is to have one socket.
  ///   - given: sockets that are meant for an address, by it.
  ///   - others: sockets that are there already, and stay where their address is still wanted. A socket serves plain
  ///     connections as well as TLS.
  /// - Throws: ``ListenError`` for the first address that cannot be had; what was taken is let go.
  package static func open(
    _ asked: [Endpoint], given: [Endpoint: ListeningSocket] = [:], from others: [ListeningSocket] = [],
    resolve: Resolver? = SocketName.hosts
  ) throws(ListenError) -> [ListenerBinding] {
    let places = try places(of: asked, given, resolve)
    let addresses = places.map(\.address)
    var found: [Int: ListeningSocket] = [:]
    var free = others
    let rules: [(ListeningSocket, Endpoint) -> Bool] = [{ $0.address == $1 }, { $0.isAt($1) }]
    for (index, address) in addresses.enumerated() { found[index] = given[address] }
    for fits in rules {
      for (index, address) in addresses.enumerated() where found[index] == nil {
        guard let place = free.firstIndex(where: { fits($0, address) }) else { continue }
        found[index] = free.remove(at: place)
      }
    }
    var opened: [ListenerBinding] = []
    do throws(ListenError) {
      for (index, place) in places.enumerated() {
        let sisters = opened.filter { $0.address == place.asked }
        let socket: ListeningSocket?
        if let known = found[index] {
          socket = try known.retain()
        } else {
          let isLast = index + 1 == places.count || places[index + 1].asked != place.asked
          socket = try open(place, beside: sisters, isLast: isLast)
        }
        if let socket { opened.append(ListenerBinding(address: place.asked, socket: socket)) }
      }
    } catch {
      for binding in opened { binding.socket.release() }
      throw others.first { $0.isInTheWay(of: error) }.map { error.because(of: $0.whereabouts(of: $0.address)) } ?? error
    }
    return opened
  }

  /// Where to listen for an address that was asked for.
  private struct Place {
    let asked: Endpoint
    /// Itself, or one of those that its name has.
    let address: Endpoint
  }

  private static func places(
    of asked: [Endpoint], _ given: [Endpoint: ListeningSocket], _ resolve: Resolver?
  ) throws(ListenError) -> [Place] {
    var places: [Place] = []
    for address in asked {
      guard let (host, port) = address.place, let resolve, given[address] == nil else {
        places.append(Place(asked: address, address: address))
        continue
      }
      do throws(SocketError) {
        let hosts = try resolve(host)
        places +=
          hosts.count < 2
          ? [Place(asked: address, address: address)]
          : hosts.map { Place(asked: address, address: .tcp(host: $0, port: port)) }
      } catch {
        throw ListenError(address: address, reason: error)
      }
    }
    return places
  }

  /// - Parameter sisters: the bindings that its name has already. They share a port.
  /// - Returns: nil for an address that the machine has not, while its name has others.
  private static func open(
    _ place: Place, beside sisters: [ListenerBinding], isLast: Bool
  ) throws(ListenError) -> ListeningSocket? {
    do throws(ListenError) {
      return try listen(on: place.address, port: sisters.first?.socket.bound.place?.port ?? 0)
    } catch {
      let isMissing = [.system(EADDRNOTAVAIL), .system(EAFNOSUPPORT)].contains(error.reason)
      guard place.asked != place.address, isMissing, !isLast || !sisters.isEmpty else { throw error }
      return nil
    }
  }

  /// Whatever is spoken over it.
  private func isAt(_ other: Endpoint) -> Bool {
    guard let (_, port) = other.place else {
      return address == other
    }
    return address.isSamePlace(as: other) || (port != 0 && bound.isSamePlace(as: other))
  }

  private func isInTheWay(of error: ListenError) -> Bool {
    guard error.reason == .system(EADDRINUSE), let port = error.address.place?.port else { return false }
    return bound.place?.port == port
  }
}

extension Endpoint {
  fileprivate var place: (host: String, port: Int)? {
    switch self {
    case .tcp(let host, let port), .tls(let host, let port): (host, port)
    case .unix: nil
    }
  }

  fileprivate func isSamePlace(as other: Endpoint) -> Bool {
    guard let place, let there = other.place else { return false }
    return place == there
  }
}
