// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Logging
import PRAssembly
import PRNode
import PRServer
import PRStore
import PRStoreSQLite
import PRWire

/// The server that `--start` leaves behind.
struct DaemonProcess {
  /// What it reports once it answers.
  static let ready = "ready"

  private let command: BitbakePrserv
  private let address: HostAddress
  private let report: FileHandle

  init(_ command: BitbakePrserv, _ address: HostAddress, report: Int32) {
    self.command = command
    self.address = address
    self.report = FileHandle(fileDescriptor: report, closeOnDealloc: true)
  }

  /// Serves until it is stopped. The parent process gets a failure through the report.
  func run() async {
    let level = command.loglevel.level
    LoggingSystem.bootstrap { _ in LineLogHandler(.text, level: level) }
    let log = LogOptions(level: level)
    let logger = log.logger
    let claimed = PidFileOfThisProcess()
    do {
      try await ServingProcess(configuration).run { endpoints, _ in try announce(endpoints, claimed, log) }
      claimed.remove()
    } catch {
      claimed.remove()
      logger.critical("\(error)")
      try? report.write(contentsOf: Data("\(error)".utf8))
      exit(1)
    }
  }

  private func announce(_ endpoints: [Endpoint], _ claimed: PidFileOfThisProcess, _ log: LogOptions) throws {
    let logger = log.logger
    guard case .tcp(_, let port)? = endpoints.first, let number = UInt16(exactly: port) else { return }
    try claimed.claim(PidFile(address, port: number))
    let database = URL(fileURLWithPath: command.file).standardizedFileURL.path
    logger.notice(
      "Started PRServer with DBfile: \(database), Address: \(address.ip):\(port), PID: \(getpid())")
    if let upstream = try command.upstreamServer {
      logger.notice("And upstream PRServer: \(upstream.withoutScheme)")
    }
    log.flush()
    try report.write(contentsOf: Data(Self.ready.utf8))
    try report.close()
  }

  private var configuration: NodeConfiguration {
    get throws {
      var options = OptionValues()
      options.set(\.database, command.file)
      options.set(\.readOnly, command.readOnly)
      options.set(\.numbering, .bitbake)
      // BitBake's server starts on any disk, and has no option for it: a warning has to do.
      options.set(\.allowNetworkDisk, true)
      options.set(\.listen, [.tcp(host: address.ip, port: Int(clamping: command.port))])
      if let upstream = try command.upstreamServer { options.set(\.upstream, [upstream]) }
      options.set(\.logLevel, command.loglevel.level.rawValue)
      return try NodeConfiguration(options)
    }
  }
}

extension Endpoint {
  /// As BitBake writes addresses.
  fileprivate var withoutScheme: String { description.replacing("tcp://", with: "") }
}

/// The pid file of this process, once it has one.
///
/// `@unchecked Sendable`: `claim` is called by the one announcement, `remove` after the services have ended.
private final class PidFileOfThisProcess: @unchecked Sendable {
  private var file: ClaimedPidFile?

  func claim(_ file: PidFile) throws { self.file = try file.claim() }

  func remove() { file?.remove() }
}

/// The levels as Python's `logging` spells them, in any case.
enum PythonLogLevel: String, CaseIterable, ExpressibleByArgument {
  case critical = "CRITICAL"
  case fatal = "FATAL"
  case error = "ERROR"
  case warning = "WARNING"
  case warn = "WARN"
  case info = "INFO"
  case debug = "DEBUG"
  case notSet = "NOTSET"

  init?(argument: String) { self.init(rawValue: argument.uppercased()) }

  var level: Logger.Level {
    switch self {
    case .critical, .fatal: .critical
    case .error: .error
    case .warning, .warn: .warning
    case .info: .info
    case .debug: .debug
    case .notSet: .trace
    }
  }
}
