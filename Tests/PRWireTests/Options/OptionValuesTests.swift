// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRWire

@Suite("Values of options")
struct OptionValuesTests {
  @Test("each row is found, under its own name and its own key")
  func rows() {
    #expect(ServeOptions.all.count == Mirror(reflecting: ServeOptions.table).children.count)
    #expect(Set(ServeOptions.all.map(\.name)).count == ServeOptions.all.count)
    #expect(Set(ServeOptions.all.map(\.key)).count == ServeOptions.all.count)
  }

  @Test("what is not given has the default of its row")
  func defaults() {
    let values = OptionValues()
    #expect(values.maxLine == 65536 && values.listen == [.standard] && values.tlsRequireClientCertificate)
    #expect(values.level == nil && values.lane == nil && !values.isGiven(\.listen))
    #expect(values.arguments == [])
  }

  @Test("a default of the table is a value of its row", arguments: ServeOptions.all.map(\.name))
  func defaultsAreSound(name: String) throws {
    let option = try #require(ServeOptions.all.first { $0.name == name })
    guard let standard = option.standard, option.words.contains(standard) || standard.allSatisfy(\.isNumber) else {
      return
    }
    _ = try option.read(standard)
  }

  @Test("what is given wins over the default, and over other values")
  func given() {
    var values = OptionValues()
    values.set(\.maxLine, 200)
    values.set(\.level, 3)
    var others = OptionValues()
    others.set(\.maxLine, 300)
    others.set(\.database, "a")
    #expect(others.without(values).arguments == ["--database=a"])
    values.fill(from: others)
    #expect(values.maxLine == 200 && values.database == "a" && values.level == 3)
    values.remove(\.level)
    #expect(values.level == nil && !values.isGiven(\.level))
  }

  @Test("values are equal when each is, however it came")
  func equality() throws {
    var (first, second) = (OptionValues(), OptionValues())
    let option = ServeOptions.table.idleTimeout.definition
    first.set(option, try option.read("60s"))
    second.set(\.idleTimeout, TimeSpan(seconds: 60))
    #expect(first == second && first.hashValue == second.hashValue)
    second.set(\.maxDepth, 16)
    #expect(first != second)
  }

  @Test("arguments say flags by their names, and each value of several")
  func arguments() {
    var values = OptionValues()
    values.set(\.readOnly, true)
    values.set(\.allowNetworkDisk, false)
    values.set(\.tlsRequireClientCertificate, false)
    values.set(\.upstream, [.standard, .unix(path: "/s")])
    #expect(
      values.arguments == [
        "--upstream=tcp://127.0.0.1:8585", "--upstream=unix:///s", "--read-only", "--no-tls-require-client-certificate",
      ])
  }

  @Test("paths are replaced, and nothing else is")
  func paths() {
    var values = OptionValues()
    values.set(\.database, "a")
    values.set(\.tlsKey, "b")
    values.set(\.name, "c")
    #expect(values.resolvingPaths { "/x/\($0)" }.arguments == ["--name=c", "--database=/x/a", "--tls-key=/x/b"])
  }
}
