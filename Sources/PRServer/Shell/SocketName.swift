// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRWire

/// An address as the operating system wants it, and what is done with it.
package struct SocketName {
  private var storage = sockaddr_storage()
  private var length: socklen_t

  /// - Parameter host: a name is looked up, which may take a while.
  init(host: String, port: Int) throws(SocketError) {
    var hints = addrinfo()
    hints.ai_socktype = CInt(clamping: SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let first = found?.pointee else { throw .unknownHost }
    defer { freeaddrinfo(found) }
    length = first.ai_addrlen
    withUnsafeMutableBytes(of: &storage) { bytes in
      bytes.copyMemory(
        from: UnsafeRawBufferPointer(start: first.ai_addr, count: min(Int(clamping: first.ai_addrlen), bytes.count)))
    }
  }

  /// All addresses of a host, in numbers, each once and in the order of the operating system's preference.
  ///
  /// - Parameter host: a name is looked up, which may take a while.
  package static func hosts(of host: String) throws(SocketError) -> [String] {
    var hints = addrinfo()
    hints.ai_socktype = CInt(clamping: SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &found) == 0 else { throw .unknownHost }
    defer { freeaddrinfo(found) }
    var (hosts, next) = ([String](), found)
    while let entry = next?.pointee {
      next = entry.ai_next
      var name = [CChar](repeating: 0, count: Int(clamping: NI_MAXHOST))
      guard getnameinfo(entry.ai_addr, entry.ai_addrlen, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) == 0,
        !hosts.contains(text(name))
      else { continue }
      hosts.append(text(name))
    }
    return hosts
  }

  init(path: String) throws(SocketError) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // With the zero behind it.
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { throw .pathTooLong }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    length = socklen_t(MemoryLayout<sockaddr_un>.size)
    withUnsafeMutableBytes(of: &storage) { storage in
      withUnsafeBytes(of: &address) { storage.copyMemory(from: $0) }
    }
  }

  /// Where a socket is bound.
  init?(of socket: CInt) {
    length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let (isNamed, name, size) = Self.name(of: socket, length)
    guard isNamed else { return nil }
    (storage, length) = (name, size)
  }

  private static func name(of socket: CInt, _ maximum: socklen_t) -> (Bool, sockaddr_storage, socklen_t) {
    var (storage, length) = (sockaddr_storage(), maximum)
    let isNamed = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) == 0 }
    }
    return (isNamed, storage, length)
  }

  /// The address in numbers; nil for a kind that is not served.
  var endpoint: Endpoint? {
    if storage.ss_family == sa_family_t(AF_UNIX) {
      return withUnsafeBytes(of: storage) { bytes in
        let name = bytes.dropFirst(MemoryLayout<sa_family_t>.size).prefix { $0 != 0 }
        return .unix(path: String(decoding: name, as: UTF8.self))
      }
    }
    var host = [CChar](repeating: 0, count: Int(clamping: NI_MAXHOST))
    var port = [CChar](repeating: 0, count: Int(clamping: NI_MAXSERV))
    let code = withAddress { address, length in
      getnameinfo(
        address, length, &host, socklen_t(host.count), &port, socklen_t(port.count), NI_NUMERICHOST | NI_NUMERICSERV)
    }
    guard code == 0, let number = Int(Self.text(port)) else { return nil }
    return .tcp(host: Self.text(host), port: number)
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  // MARK: Binding

  /// Makes a socket that listens here.
  ///
  /// - Parameter backlog: how many connections the operating system keeps waiting.
  func bind(backlog: CInt) throws(SocketError) -> CInt {
    let descriptor = try makeSocket()
    var yes: CInt = 1
    // Connections of a server that has ended may still be about to end.
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    guard withAddress({ Glibc.bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, backlog) == 0 else {
      let code = errno
      close(descriptor)
      throw .system(code)
    }
    return descriptor
  }

  private func makeSocket() throws(SocketError) -> CInt {
    let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let descriptor = Glibc.socket(CInt(clamping: storage.ss_family), CInt(clamping: kind), 0)
    guard descriptor >= 0 else { throw .system(errno) }
    return descriptor
  }

  /// A socket file may be left from a process that died, which is removed; or another server may be behind it.
  func makeRoom(at path: String) throws(SocketError) {
    var file = stat()
    guard lstat(path, &file) == 0 else { return }
    guard file.st_mode & S_IFMT == S_IFSOCK else { throw .otherFile }
    let probe = try makeSocket()
    defer { close(probe) }
    switch withAddress({ connect(probe, $0, $1) }) == 0 ? 0 : errno {
    case ECONNREFUSED: unlink(path)
    case ENOENT: return
    // A server whose queue is full is one, too.
    case 0, EAGAIN: throw .system(EADDRINUSE)
    case let code: throw .system(code)
    }
  }
}
