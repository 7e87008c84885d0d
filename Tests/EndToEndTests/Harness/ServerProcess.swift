// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// `headwater serve` on a database in a temporary folder.
final class ServerProcess: Sendable {
  let folder: TemporaryFolder
  let process: ChildProcess
  /// In the order in which they were asked for.
  let addresses: [Address]
  /// Where its status page is, if it was told to have one.
  let statusPage: Address?

  static let standardListeners = ["tcp://127.0.0.1:0"]

  /// Starts one, and waits until it says that it listens.
  ///
  /// - Parameter expected: how many addresses it says that of; as many as there are listeners.
  init(
    _ options: [String] = [], in folder: TemporaryFolder? = nil, database: String = "prserv.sqlite3",
    listeners: [String] = standardListeners, environment: [String: String] = [:], expecting expected: Int? = nil
  ) throws {
    let folder = try folder ?? TemporaryFolder()
    self.folder = folder
    let listen = listeners.flatMap { ["--listen", $0] }
    let hasOwnFile = environment["HEADWATER_DATABASE"] != nil || options.contains("--frozen")
    let file = hasOwnFile ? [] : ["--database", database]
    process = try ChildProcess(
      Product.headwater.path, ["serve"] + file + listen + options, environment: environment,
      in: folder.path)
    let pages = options.contains("--status") ? 1 : 0
    let expected = (expected ?? listeners.count) + pages
    _ = process.output.wait { $0.split(separator: "\n", omittingEmptySubsequences: false).count > expected }
    let lines = process.output.lines
    let listening = lines.dropLast(pages)
    guard lines.count == expected, listening.allSatisfy({ $0.hasPrefix("listening on ") }) else {
      // For the message alone: how it ended, where it has.
      let ending = (try? process.wait(seconds: 1)).map { "\($0)" } ?? "it is still there"
      throw Failure("the server did not start (\(ending)); it wrote: \(process.output.text)\(process.errors.text)")
    }
    addresses = try listening.map { try Address(String($0.dropFirst("listening on ".count))) }
    statusPage = try pages == 0 ? nil : Address("tcp://" + lines[expected - 1].dropFirst("status on http://".count))
  }

  var address: Address { addresses[0] }
  /// What has arrived of its log. A line may come later than what happened after it: to expect one, use ``hasLogged(_:times:)``.
  var log: String { process.errors.text }

  func connect(greets: Bool = true, seconds: Int = Int(Limit.seconds), receiveBuffer: CInt? = nil) throws
    -> RawConnection
  {
    try RawConnection(to: address, greets: greets, seconds: seconds, receiveBuffer: receiveBuffer)
  }

  /// Asks as BitBake's client does: over a new connection where one has ended, up to three times. A node begins anew with
  /// another lane or another upstream, which ends connections between two requests, and may do so twice in a row.
  func askAsBitBake(_ request: String) throws -> JSONValue {
    for _ in 1..<3 {
      do {
        return try connect().ask(request)
      } catch let end as RawConnection.End where end != .timedOut {
        continue
      }
    }
    return try connect().ask(request)
  }

  /// Asks it to end, and expects that it does so in order.
  func stop(_ signal: CInt = SIGTERM) throws {
    process.signal(signal)
    let ending = try process.wait()
    #expect(ending == .exit(0), "\(log)")
  }

  /// Ends it as the kernel does when memory is short.
  func kill() throws {
    process.signal(SIGKILL)
    let ending = try process.wait()
    #expect(ending == .signal(SIGKILL), "it was gone before: \(log)")
  }

  /// The most memory that it ever had, in KiB.
  var peakMemory: Int {
    get throws { try memory("VmHWM") }
  }

  /// A field of proc_pid_status(5) in KiB: `RssAnon` is the memory that is not a file's.
  func memory(_ field: String) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(field):") }),
      let number = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
    else { throw Failure("no \(field) in /proc/\(process.pid)/status") }
    return number
  }

  /// How many sockets it has open, listeners among them.
  var sockets: Int {
    get throws {
      let folder = "/proc/\(process.pid)/fd"
      return try FileManager.default.contentsOfDirectory(atPath: folder).count { name in
        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
        return target?.hasPrefix("socket:") == true
      }
    }
  }
}

/// Starts a server, calls `body`, and expects that the server is in good health and ends in order.
func withServer(
  _ options: [String] = [], in folder: TemporaryFolder? = nil, _ body: (ServerProcess) throws -> Void
) throws {
  let server = try ServerProcess(options, in: folder)
  try body(server)
  #expect(try server.connect().ask(Requests.ping) == .alive, "it should serve others as before")
  try server.stop()
}
