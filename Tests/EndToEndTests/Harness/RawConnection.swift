// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads

/// A connection that sends whatever bytes it is told to, and waits for replies with a limit. It shares no code with the
/// programs.
///
/// Not `Sendable`: each thread has its own.
final class RawConnection {
  private let socket: CInt
  private var waiting: [UInt8] = []
  private var start = 0

  /// Why there is nothing more to read.
  enum End: Error, Hashable {
    case closed
    case reset
    case timedOut
  }

  static let greeting = "PRSERVICE 1.0\nneeds-headers: false\n\n"

  /// - Parameters:
  ///   - greets: sends BitBake's handshake.
  ///   - seconds: how long a read or write may take.
  ///   - receiveBuffer: bytes that the kernel takes for us before the peer has to wait.
  init(to address: Address, greets: Bool = true, seconds: Int = Int(Limit.seconds), receiveBuffer: CInt? = nil) throws {
    socket = Glibc.socket(address.family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var timeout = timeval(tv_sec: seconds, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(socket, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }
    if var size = receiveBuffer {
      setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
    }
    guard address.withSocketAddress({ connect(socket, $0, $1) }) == 0 else {
      // The socket is closed with the object, which is whole: closed here too, it would be another's by then.
      throw Failure("cannot connect to \(address): \(String(cString: strerror(errno)))")
    }
    if greets { try send(Self.greeting) }
  }

  /// The other end of a connection, which a listener of ours accepted; closed with the object.
  init(accepted socket: CInt) { self.socket = socket }

  deinit { close(socket) }

  // MARK: Sending

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    let sent = sendWhatIsTaken(bytes)
    guard sent == bytes.count else {
      if errno == EPIPE || errno == ECONNRESET { throw End.reset }
      throw Failure("\(sent) of \(bytes.count) bytes were taken: \(String(cString: strerror(errno)))")
    }
  }

  /// Sends until the peer takes no more.
  ///
  /// - Returns: how many bytes were taken.
  func sendWhatIsTaken(_ bytes: [UInt8]) -> Int {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      sent += count
    }
    return sent
  }

  /// Sends nothing more, and goes on reading.
  func finishSending() { shutdown(socket, CInt(SHUT_WR)) }

  // MARK: Reading

  /// The next line, without its ending.
  func readLine() throws(End) -> String {
    var scanned = start
    while true {
      if let end = waiting[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return String(decoding: waiting[start..<end], as: UTF8.self)
      }
      scanned = waiting.count - start
      try fill()  // moves what is left to the front
    }
  }

  /// Everything up to the end of the connection, and how it ended.
  func readToEnd() -> (bytes: [UInt8], end: End) {
    while true {
      do throws(End) {
        try fill()
      } catch {
        defer { start = waiting.count }
        return (Array(waiting[start...]), error)
      }
    }
  }

  private func fill() throws(End) {
    if start > 0 {
      waiting.removeFirst(start)
      start = 0
    }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(socket, &piece, piece.count, 0)
      if count > 0 {
        waiting += piece[..<count]
        return
      }
      guard count < 0 else { throw .closed }
      switch errno {
      case EINTR: continue
      case EAGAIN: throw .timedOut
      default: throw .reset
      }
    }
  }
}

extension RawConnection {
  /// The next message: a line, or the joined pieces of a chunk stream.
  func readMessage() throws -> JSONValue {
    let line = try readLine()
    var message = try JSONValue(line)
    if case .object(let members) = message, members.keys.contains("chunk-stream") {
      var joined = ""
      while case let piece = try readLine(), !piece.isEmpty { joined += piece }
      message = try JSONValue(joined)
    }
    return message
  }

  /// Sends a request and reads its reply.
  func ask(_ request: String) throws -> JSONValue {
    try send(request + "\n")
    return try readMessage()
  }

  /// Sends requests, as many at a time as a connection may have in flight, and reads their replies.
  func askAll(_ requests: [String]) throws -> [JSONValue] {
    try stride(from: 0, to: requests.count, by: 200).flatMap { start in
      let part = requests[start..<min(start + 200, requests.count)]
      try send(part.joined(separator: "\n") + "\n")
      return try part.map { _ in try readMessage() }
    }
  }

  /// Whether the server closed the connection, as it should, and sent nothing more before.
  var isClosedSilently: Bool {
    let (bytes, end) = readToEnd()
    return bytes.isEmpty && end != .timedOut
  }
}
