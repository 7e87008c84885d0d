// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Logging
import PRNode
import PRRevision
import PRStore
import PRWire

/// How the values of options are written.
extension Endpoint: ExpressibleByArgument {
  package init?(argument: String) { try? self.init(argument) }

  /// For `transform:`. A port alone is one of this machine.
  ///
  /// - Throws: ``ValidationError`` that says what is wrong with the address.
  @Sendable package static func parse(_ argument: String) throws -> Endpoint {
    if let port = UInt16(argument) { return .tcp(host: "127.0.0.1", port: Int(port)) }
    do {
      return try Endpoint(argument)
    } catch {
      throw ValidationError(error.description)
    }
  }

  /// ``parse(_:)`` for an option that is repeated for several addresses.
  @Sendable package static func parseEach(_ argument: String) throws -> Endpoint {
    guard !argument.contains(",") || argument.hasPrefix("unix:") else {
      throw ValidationError("'\(argument)' is a list: repeat the option for each address")
    }
    return try parse(argument)
  }
}

extension Lane: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}

extension Durability: ExpressibleByArgument {}
extension OnMiss: ExpressibleByArgument {}
extension UpstreamAway: ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}

/// The lowest level that is logged.
package enum LogVolume: String, CaseIterable, ExpressibleByArgument, Sendable {
  case trace, debug, info, notice, warning, error, critical

  package var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}

/// Which of the two numberings.
package enum NumberingName: String, CaseIterable, ExpressibleByArgument, Sendable {
  case partitioned
  case bitbake
}

/// A time with its unit: `300ms`, `2s`, `5m`, `1h`.
package struct TimeSpan: ExpressibleByArgument, CustomStringConvertible, Sendable {
  package let duration: Duration
  package let description: String

  package init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int64(digits), number <= 1_000_000_000 else { return nil }
    switch argument.dropFirst(digits.count) {
    case "ms": duration = .milliseconds(number)
    case "s": duration = .seconds(number)
    case "m": duration = .seconds(number * 60)
    case "h": duration = .seconds(number * 3600)
    default: return nil
    }
    description = argument
  }

  package init(seconds: Int64) {
    duration = .seconds(seconds)
    description = "\(seconds)s"
  }

  package var defaultValueDescription: String { description }
}

/// A time between two pulls: a time of a second or more, or `off`.
package struct SyncInterval: ExpressibleByArgument, CustomStringConvertible, Sendable {
  /// Nil for `off`.
  package let duration: Duration?
  package let description: String

  package init?(argument: String) {
    description = argument
    if argument == "off" {
      duration = nil
    } else if let time = TimeSpan(argument: argument), time.duration >= .seconds(1) {
      duration = time.duration
    } else {
      return nil
    }
  }
}
