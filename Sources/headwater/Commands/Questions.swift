// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRClient
import PRRevision
import PRTLS
import PRWire

/// Which server a command talks to.
struct ServerOption: ParsableArguments {
  @Option(
    name: .customLong("server"),
    help: ArgumentHelp(
      "The server: tcp://HOST:PORT, HOST:PORT, a port of this machine, tls://HOST:PORT or unix:///path. Default: tcp://127.0.0.1:8585.",
      valueName: "address"), transform: Endpoint.parse)
  var givenServer: Endpoint?

  var server: Endpoint { givenServer ?? .standard }

  @Option(help: "The time limit for an answer. Default: 30s.", transform: TimeSpan.parse)
  var timeout = TimeSpan(seconds: 30)

  @OptionGroup(title: "TLS") var tls: TLSOptions

  /// Connects.
  ///
  /// - Parameter asksForDescription: the server says what it is.
  func open(asksForDescription: Bool = false) async throws -> ServerConnection {
    let access = try tlsAccess
    return try await ServerConnection.open(
      to: server, timeout: timeout.duration, asksForDescription: asksForDescription, tls: access?.context,
      tlsName: access?.name)
  }

  /// Nil for a server without TLS.
  var tlsAccess: (context: TLSContext, name: String)? {
    get throws {
      guard case .tls(let host, _) = server else { return nil }
      return (try TLSContext.client(tls.files), tls.tlsName ?? host)
    }
  }

  /// Asks one question on a connection of its own.
  func ask(_ request: Request) async throws -> Response {
    let connection = try await open()
    do throws(ClientError) {
      let response = try await connection.ask(request)
      await connection.close()
      return response
    } catch {
      await connection.close()
      throw error
    }
  }
}

/// The names of a tuple on a command line.
struct TupleArguments: ParsableArguments {
  @Argument(help: "The version as BitBake writes it, such as busybox-1.36.1-r0.") var version: String
  @Argument(help: "The package architecture, such as core2-64.") var pkgarch: String
  @Argument(help: "The checksum of the task.") var checksum: String
  @Flag(help: "Ask for the first value that the tuple ever had.") var history = false

  var tuple: TupleKey { TupleKey(version: version, pkgarch: pkgarch, checksum: checksum) }
}

/// Prints an answer for a person or a program.
func printAnswer(_ value: String?, asJSON: Bool) {
  guard asJSON else { return print(value ?? "unknown") }
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  let quoted = value.flatMap { try? encoder.encode($0) }.map { String(decoding: $0, as: UTF8.self) }
  print(#"{"value":\#(quoted ?? "null")}"#)
}

struct Get: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ask for the revision of a tuple; it is allocated if there is none.")
  @OptionGroup var arguments: TupleArguments
  @OptionGroup var connection: ServerOption
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let history = History(kept: arguments.history)
    guard case .value(let value) = try await connection.ask(.getPR(arguments.tuple, history)) else { return }
    printAnswer(value, asJSON: json)
  }
}

struct Test: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Ask for the revision that a tuple has; nothing is allocated.")
  @OptionGroup var arguments: TupleArguments
  @OptionGroup var connection: ServerOption
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let history = History(kept: arguments.history)
    let response = try await connection.ask(.testPR(arguments.tuple, history))
    if case .value(let value) = response { return printAnswer(value, asJSON: json) }
    printAnswer(nil, asJSON: json)
  }
}

struct Max: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Ask for the greatest revision of a package.")
  @Argument(help: "The version as BitBake writes it, such as busybox-1.36.1-r0.") var version: String
  @Argument(help: "The package architecture, such as core2-64.") var pkgarch: String
  @OptionGroup var connection: ServerOption
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let package = PackageKey(version: version, pkgarch: pkgarch)
    let response = try await connection.ask(.maxPackagePR(package))
    if case .value(let value) = response { return printAnswer(value, asJSON: json) }
    printAnswer(nil, asJSON: json)
  }
}

struct Ping: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Ask whether a server answers, and how fast.")
  @OptionGroup var connection: ServerOption
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let begin = ContinuousClock.now
    _ = try await connection.ask(.ping)
    let milliseconds = (ContinuousClock.now - begin) / .milliseconds(1)
    let rounded = (milliseconds * 1000).rounded() / 1000
    print(json ? #"{"alive":true,"milliseconds":\#(rounded)}"# : "\(connection.server) answers: \(rounded) ms")
  }
}
