// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRStorePostgres

  /// What the statements of the engine find and write, by the names of the prepared statements.
  enum SimulatedStatements {
    typealias Fields = [[UInt8]?]

    /// Answers a statement that only reads; nil for one that does not.
    static func read(
      _ name: String, _ parameters: [PostgresParameter], _ tables: SimulatedTables
    ) -> [Fields]? {
      let parameters = Parameters(parameters)
      return switch name {
      case "schema look": [[flag(tables.isMade), nil, flag(tables.isMade)]]
      case "schema keys": tables.notes.sorted { $0.key < $1.key }.map { [text($0.key), text($0.value)] }
      case "end", "locked end":
        tables.end.map { [[number($0.serial), $0.digest, tables.notes["stop"].map(text)]] } ?? []
      case "poll": tables.end.map { [[number($0.serial), number(tables.floors.last?.serial ?? 0)]] } ?? []
      case "size": [[number(0)]]
      case "standbys of the primary": []
      case "note": tables.notes[parameters.text(0)].map { [[text($0)]] } ?? []
      case "facts": zip(parameters.bytesList(0), parameters.bytesList(1)).map { facts($0, $1, tables) }
      case "values": values(parameters.bytes(0), Int(clamping: parameters.number(1)), tables)
      case "has":
        [[flag(tables.rows(ofTuple: parameters.bytes(0)).contains { $0.number == parameters.bytes(1) })]]
      case "holder": holder(parameters, tables)
      case "greatest under": greatestUnder(parameters, tables)
      case "next twin":
        [[number(twins(parameters, tables).max().map { $0 + 1 } ?? 0)]]
      case "architectures":
        Set(tables.feed.map { $0.names[1] } + tables.floors.map { $0.names[1] }).sorted().map { [text($0)] }
      case "feed": feed(parameters, tables)
      case "story":
        tables.rows(ofPackage: parameters.bytes(0)).map(\.fields)
      case "last":
        tables.feed.reversed().filter { $0.serial < parameters.number(0) }
          .prefix(Int(clamping: parameters.number(1))).map(\.fields)
      case "mark":
        tables.marks.last { $0.serial <= parameters.number(0) }.map { [[number($0.serial), $0.digest]] } ?? []
      case "place":
        tables.feed.first { $0.tuple == parameters.bytes(0) && $0.names[3] == parameters.text(1) }
          .map { [[number($0.serial)]] } ?? []
      case "packages": packages(parameters, tables)
      case "floors":
        tables.floors.filter { $0.serial > parameters.number(0) }.prefix(Int(clamping: parameters.number(1)))
          .map(\.fields)
      case "last floor": tables.floors.last.map { [$0.fields] } ?? []
      case "floor story": tables.floors.filter { $0.package == parameters.bytes(0) }.map(\.fields)
      case "floor count": [[number(Int64(clamping: Set(tables.floors.map(\.package)).count))]]
      default: nil
      }
    }

    /// Adds what a statement writes to the record of its transaction.
    ///
    /// - Returns: whether it is a statement that writes.
    static func write(_ name: String, _ parameters: [PostgresParameter], _ record: inout SimulatedRecord) -> Bool {
      let parameters = Parameters(parameters)
      switch name {
      case "insert": record.feed += rows(parameters)
      case "insert marks":
        record.marks += zip(parameters.numbers(0), parameters.bytesList(1)).map { (serial: $0 ?? 0, digest: $1) }
      case "update end", "schema insert end": record.end = (parameters.number(0), parameters.bytes(1))
      case "keep notes", "schema insert keys":
        for (key, value) in zip(parameters.texts(0), parameters.texts(1)) { record.notes[key ?? ""] = value }
      case "keep first":
        for (key, value) in zip(parameters.texts(0), parameters.texts(1)) { record.firstNotes[key ?? ""] = value }
      case "forget notes":
        for key in parameters.texts(0) { record.notes.updateValue(nil, forKey: key ?? "") }
      case "insert floors": record.floors += floors(parameters)
      case "barrier": record.isBarrier = true
      case _ where name.hasPrefix("schema "): record.makesTables = true
      default: return false
      }
      return true
    }

    // MARK: Reading

    private static func facts(_ package: [UInt8], _ tuple: [UInt8], _ tables: SimulatedTables) -> Fields {
      let head = tables.head(of: package)
      let isTied = head.map { head in
        head.twin > 0
          && tables.rows(ofPackage: package).contains { $0.number == head.number && $0.names[2] != head.names[2] }
      }
      let own = tables.rows(ofTuple: tuple).sorted(by: SimulatedTables.isLess)
      return [
        (head?.names[3]).map(text), (head?.names[2]).map(text), isTied.map(flag),
        (tables.floors.last { $0.package == package }?.names[2]).map(text), (own.first?.names[3]).map(text),
        (own.last?.names[3]).map(text),
      ]
    }

    private static func values(_ tuple: [UInt8], _ limit: Int, _ tables: SimulatedTables) -> [Fields] {
      let values = tables.rows(ofTuple: tuple).sorted(by: SimulatedTables.isLess).map { $0.names[3] }
      return Set(values.prefix(limit) + values.suffix(limit)).sorted().map { [text($0)] }
    }

    private static func holder(_ parameters: Parameters, _ tables: SimulatedTables) -> [Fields] {
      let (package, wanted, besides) = (parameters.bytes(0), parameters.bytes(1), parameters.text(2))
      let holders = tables.rows(ofPackage: package).filter { $0.number == wanted && $0.names[2] != besides }
      return holders.map { $0.names[2] }.min().map { [[text($0)]] } ?? []
    }

    private static func greatestUnder(_ parameters: Parameters, _ tables: SimulatedTables) -> [Fields] {
      let (start, end) = (parameters.bytes(1), parameters.bytes(2))
      let under = tables.rows(ofPackage: parameters.bytes(0)).filter { row in
        guard let number = row.number, start.lexicographicallyPrecedes(number) else { return false }
        return parameters.number(3) == 0 || number.lexicographicallyPrecedes(end)
      }
      return under.max(by: SimulatedTables.isLess).map { [[text($0.names[3])]] } ?? []
    }

    private static func twins(_ parameters: Parameters, _ tables: SimulatedTables) -> [Int64] {
      tables.rows(ofPackage: parameters.bytes(0)).filter { $0.number == parameters.bytes(1) }.map(\.twin)
    }

    private static func feed(_ parameters: Parameters, _ tables: SimulatedTables) -> [Fields] {
      let (start, end) = (parameters.number(0), parameters.number(1))
      return tables.feed.filter { $0.serial > start && $0.serial <= end }.prefix(Int(clamping: parameters.number(2)))
        .map(\.fields)
    }

    private static func packages(_ parameters: Parameters, _ tables: SimulatedTables) -> [Fields] {
      let start = parameters.bytes(0)
      let hashes = tables.packageHashes.filter { start.lexicographicallyPrecedes($0) }
      return hashes.prefix(Int(clamping: parameters.number(1))).flatMap { package in
        let greatest = tables.head(of: package)?.number
        return tables.rows(ofPackage: package).filter { $0.number == greatest }
          .sorted { ($0.names[2], $0.names[3]) < ($1.names[2], $1.names[3]) }.map { $0.fields + [package] }
      }
    }

    // MARK: Writing

    private static func rows(_ parameters: Parameters) -> [SimulatedTables.FeedRow] {
      let texts = (1...4).map { parameters.texts($0) }
      let (packages, tuples) = (parameters.bytesList(5), parameters.bytesList(6))
      let (numbers, twins) = (parameters.bytesList(7), parameters.integers(8))
      let (origins, askers, times) = (parameters.texts(9), parameters.texts(10), parameters.numbers(11))
      return parameters.numbers(0).enumerated().map { index, serial in
        SimulatedTables.FeedRow(
          serial: serial ?? 0, names: texts.map { $0[index] ?? "" }, package: packages[index], tuple: tuples[index],
          number: numbers[index], twin: Int64(clamping: twins[index]), origin: origins[index] ?? "",
          asker: askers[index], at: times[index])
      }
    }

    private static func floors(_ parameters: Parameters) -> [SimulatedTables.FloorRow] {
      let texts = (1...3).map { parameters.texts($0) }
      let (packages, origins) = (parameters.bytesList(4), parameters.texts(5))
      let (sources, setters) = (parameters.texts(6), parameters.texts(7))
      let (times, digests) = (parameters.numbers(8), parameters.bytesList(9))
      return parameters.numbers(0).enumerated().map { index, serial in
        SimulatedTables.FloorRow(
          serial: serial ?? 0, names: texts.map { $0[index] ?? "" }, package: packages[index],
          origin: origins[index] ?? "", source: sources[index], setter: setters[index], at: times[index] ?? 0,
          digest: digests[index])
      }
    }

    // MARK: Fields

    static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    static func number(_ number: Int64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

    static func flag(_ flag: Bool) -> [UInt8] { [flag ? 1 : 0] }
  }

  extension SimulatedTables.FeedRow {
    /// The columns of the statements on the feed.
    var fields: [[UInt8]?] {
      [SimulatedStatements.number(serial)] + names.map(SimulatedStatements.text) + [
        SimulatedStatements.text(origin), asker.map(SimulatedStatements.text), at.map(SimulatedStatements.number),
      ]
    }
  }

  extension SimulatedTables.FloorRow {
    /// The columns of the statements on floors.
    var fields: [[UInt8]?] {
      [SimulatedStatements.number(serial)] + names.map(SimulatedStatements.text) + [
        SimulatedStatements.text(origin), source.map(SimulatedStatements.text),
        setter.map(SimulatedStatements.text), SimulatedStatements.number(at), digest,
      ]
    }
  }

  /// The parameters of a statement, each of the type that the statement declares.
  private struct Parameters {
    private let all: [PostgresParameter]

    init(_ all: [PostgresParameter]) { self.all = all }

    private func wrong(_ place: Int) -> Never { preconditionFailure("parameter \(place + 1) is \(all[place])") }

    func text(_ place: Int) -> String {
      guard case .text(let text) = all[place] else { wrong(place) }
      return text ?? ""
    }

    func bytes(_ place: Int) -> [UInt8] {
      guard case .bytes(let bytes) = all[place] else { wrong(place) }
      return bytes
    }

    func number(_ place: Int) -> Int64 {
      guard case .number(let number) = all[place] else { wrong(place) }
      return number ?? 0
    }

    func texts(_ place: Int) -> [String?] {
      guard case .texts(let texts) = all[place] else { wrong(place) }
      return texts
    }

    func bytesList(_ place: Int) -> [[UInt8]] {
      guard case .bytesList(let list) = all[place] else { wrong(place) }
      return list.map { $0 ?? [] }
    }

    func numbers(_ place: Int) -> [Int64?] {
      guard case .numbers(let numbers) = all[place] else { wrong(place) }
      return numbers
    }

    func integers(_ place: Int) -> [Int32] {
      guard case .integers(let numbers) = all[place] else { wrong(place) }
      return numbers
    }
  }
#endif
