// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a service manager is to a server: it binds the socket and holds it while servers come and go, passes it as
/// descriptor 3, and listens to what they say of themselves. It shares no code with the programs.
final class ServiceUnit: Sendable {
  /// Where the held socket is.
  let address: Address
  let folder: TemporaryFolder
  private let socket: CInt
  private let ear: CInt
  private let earName: String
  private let heard = Watched<[String]>([])

  /// - Parameters:
  ///   - path: of a UNIX socket in the folder; nil for one of TCP.
  ///   - isAbstract: it listens under a name that is no file.
  init(unix path: String? = nil, isAbstract: Bool = false) throws {
    folder = try TemporaryFolder()
    (socket, address) = try Self.hold(path.map(folder.path))
    earName = isAbstract ? "@headwater-\(getpid())-\(UInt32.random(in: 0...(.max)))" : folder.path("notify")
    ear = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard Self.bind(ear, named: earName) else { throw Failure("nobody can listen at \(earName)") }
    let (ear, heard) = (ear, heard)
    Thread.detachNewThread {
      var message = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = recv(ear, &message, message.count, 0)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        heard.withLock { $0.append(String(decoding: message[..<count], as: UTF8.self)) }
      }
      close(ear)
    }
  }

  /// Ends the thread that listens, which closes its socket.
  deinit {
    shutdown(ear, CInt(SHUT_RDWR))
    close(socket)
  }

  /// Starts a server and waits until it has said that it is ready.
  ///
  /// - Parameters:
  ///   - options: of `serve`.
  ///   - watchdog: how often it has to be heard, in microseconds.
  func start(_ options: [String] = [], watchdog: Int? = nil) throws -> ChildProcess {
    let before = heard.current.count
    let server = try launch(options, watchdog: watchdog)
    guard heard.wait(until: { $0.dropFirst(before).contains { $0.hasPrefix("READY=1") } }) else {
      throw Failure("nothing was heard of the server; it wrote: \(server.output.text)\(server.errors.text)")
    }
    return server
  }

  /// Starts a server, whatever becomes of it.
  ///
  /// - Parameter addressee: whom the socket is said to be for; by default the server.
  func launch(_ options: [String] = [], watchdog: Int? = nil, addressee: String = "$$") throws -> ChildProcess {
    // The shell becomes the server, whose number it knew before.
    let script = "export LISTEN_PID=\(addressee); exec \"$0\" \"$@\""
    var environment = ["LISTEN_FDS": "1", "NOTIFY_SOCKET": earName]
    environment["WATCHDOG_USEC"] = watchdog.map { "\($0)" }
    let words = ["-c", script, try Product.headwater.path, "serve", "--database", "prserv.sqlite3"] + options
    return try ChildProcess("/bin/sh", words, environment: environment, in: folder.path, passing: socket)
  }

  /// Asks a server to end, and expects that it says so and does.
  func stop(_ server: ChildProcess) throws {
    let before = heard.current.count
    server.signal(SIGTERM)
    let ending = try server.wait()
    guard ending == .exit(0), wait(until: { $0.dropFirst(before).contains("STOPPING=1") }) else {
      throw Failure("a server that was told to stop ended with \(ending): \(server.errors.text)")
    }
  }

  /// What was heard so far, the status texts left out.
  var words: [String] { Self.words(heard.current) }

  /// Waits for what is heard.
  func wait(until condition: ([String]) -> Bool) -> Bool { heard.wait { condition(Self.words($0)) } }

  private static func words(_ messages: [String]) -> [String] {
    messages.map { String($0.prefix { $0 != "\n" }) }
  }

  private static func hold(_ path: String?) throws -> (CInt, Address) {
    let wanted = path.map(Address.unix) ?? .v4(host: "127.0.0.1", port: 0)
    let socket = Glibc.socket(wanted.family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let bound = wanted.withSocketAddress { Glibc.bind(socket, $0, $1) }
    guard bound == 0, listen(socket, 512) == 0 else { throw Failure("\(wanted) cannot be held") }
    guard path == nil else { return (socket, wanted) }
    guard let port = Address.port(of: socket) else { throw Failure("the held socket has no port") }
    return (socket, .v4(host: "127.0.0.1", port: port))
  }

  /// An abstract name begins with a zero byte, and is as long as the address says.
  private static func bind(_ socket: CInt, named name: String) -> Bool {
    let isAbstract = name.hasPrefix("@")
    return Address.unix(path: isAbstract ? "\0" + name.dropFirst() : name).withSocketAddress { pointer, length in
      let short = socklen_t(MemoryLayout<sa_family_t>.size + name.utf8.count)
      return Glibc.bind(socket, pointer, isAbstract ? short : length) == 0
    }
  }
}
