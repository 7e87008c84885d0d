// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Logging
import PRNode
import PRRevision
import PRServer
import PRStore
import PRWire
import Testing

@testable import PRAssembly

/// The table of options as the argument parser takes it.
@Suite("Options of the command line")
struct SectionOptionsTests {
  @Test("a section gives what stands in the arguments, and only that")
  func given() throws {
    let options = try SectionOptions<GeneralSection>.parse([
      "--listen", "8585", "--listen=unix:///s", "--read-only", "--level", "1", "--level", "2",
    ]).given
    #expect(options.arguments == ["--listen=tcp://127.0.0.1:8585", "--listen=unix:///s", "--level=2", "--read-only"])
  }

  @Test("a flag that is on has an opposite, and the last one counts")
  func flags() throws {
    let name = "tls-require-client-certificate"
    #expect(try SectionOptions<TLSSection>.parse([]).given == OptionValues())
    #expect(!(try SectionOptions<TLSSection>.parse(["--no-\(name)"]).given.tlsRequireClientCertificate))
    #expect(try SectionOptions<TLSSection>.parse(["--no-\(name)", "--\(name)"]).given.tlsRequireClientCertificate)
  }

  @Test("a value that is none is refused with what is right", arguments: ["x", "0", "513", "-1"])
  func refused(value: String) {
    let error = #expect(throws: (any Error).self) { try SectionOptions<LimitSection>.parse(["--max-depth=\(value)"]) }
    let text = error.map { SectionOptions<LimitSection>.message(for: $0) }
    #expect(text == "The value '\(value)' is invalid for '--max-depth <max-depth>': it is a number, 1 to 512")
  }

  @Test("each option is in one section", arguments: ServeOptions.all.map(\.name))
  func sections(name: String) throws {
    let option = try #require(ServeOptions.all.first { $0.name == name })
    let sections: [any OptionSection.Type] = [
      GeneralSection.self, TLSSection.self, StatusSection.self, LimitSection.self,
    ]
    #expect(sections.count { $0.contains(option) } == 1)
  }

  @Test("the words of an option are the cases of its enumeration")
  func words() {
    let table = ServeOptions.table
    #expect(table.durability.definition.words == Durability.allCases.map(\.rawValue))
    #expect(table.upstreamAway.definition.words == UpstreamAway.allCases.map(\.rawValue))
    #expect(table.logLevel.definition.words == Logger.Level.allCases.map(\.rawValue))
    #expect(table.logFormat.definition.words == LogFormat.allCases.map(\.rawValue))
    let rights = Rights(RightsGrant.names.joined(separator: ","))
    #expect(rights.map { "\($0)" } == RightsGrant.names.joined(separator: ","))
  }

  @Test("a configuration has the values of the options, and the defaults of the table for all others")
  func configuration() throws {
    var options = OptionValues()
    options.set(\.maxLine, 200)
    options.set(\.upstream, [.standard])
    let configuration = try NodeConfiguration(options)
    #expect(configuration.server.wire.line == 200 && configuration.server.wire.depth == 16)
    #expect(configuration.upstream?.syncEvery == .seconds(60) && configuration.policy.lane == .only)
    #expect(!configuration.policy.isLaneGiven && configuration.store.path == "prserv.sqlite3")
    options.set(\.numbering, .bitbake)
    #expect(try NodeConfiguration(options).upstream?.syncEvery == nil)
  }
}
