// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision

/// A story as text that a person can read and write: a line for the seed, each node, each link and each action. What stands
/// behind a `#` is a remark.
extension Story: CustomStringConvertible {
  package var description: String {
    (["seed \(seed)"] + (isWatched ? ["watch"] : []) + nodes.map(\.line) + links.map(\.line) + actions.map(\.line))
      .joined(separator: "\n") + "\n"
  }

  package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
    package let line: Int
    package let text: String
    package var description: String { "line \(line): \(text)" }
  }

  /// Reads a story.
  package init(_ text: String) throws(Mistake) {
    self.init()
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var words = Words(line.prefix { $0 != "#" }, number: index + 1)
      guard let first = words.next() else { continue }
      switch first {
      case "seed":
        let number = try words.word("the seed")
        guard let value = UInt64(number) else { throw words.mistake("'\(number)' is no number of 64 bits") }
        seed = value
      case "watch": isWatched = true
      case "node": nodes.append(try node(&words))
      case "link": links.append(try Link(&words))
      default:
        guard let time = Duration(milliseconds: first) else {
          throw words.mistake("'\(first)' is not 'seed', 'watch', 'node', 'link' or a time such as 1500ms")
        }
        actions.append(TimedAction(time: time, action: try Action(&words)))
      }
      if let rest = words.next() { throw words.mistake("'\(rest)' is too much") }
    }
    try checkNames()
  }

  private func node(_ words: inout Words) throws(Mistake) -> Node {
    let name = try words.word("the name of the node")
    var rest = words
    guard rest.next() == "on" else { return try Node(name, &words) }
    words = rest
    let mate = try words.word("the node whose database it serves")
    guard var node = nodes.first(where: { $0.name == mate && $0.mate == nil }) else {
      throw words.mistake("there is no node '\(mate)' with a database of its own above this line")
    }
    (node.name, node.mate) = (name, mate)
    return node
  }

  private func checkNames() throws(Mistake) {
    let names = Set(nodes.map(\.name))
    for node in nodes where node.isStock && !node.upstreams.isEmpty {
      throw Mistake(line: 0, text: "'\(node.name)' is BitBake's own server, and stands below none in a story")
    }
    for node in nodes where node.isOnPostgres && (!node.upstreams.isEmpty || node.isStock) {
      throw Mistake(line: 0, text: "'\(node.name)' is on PostgreSQL, and so has no node above it")
    }
    for node in nodes {
      for upstream in node.upstreams where !names.contains(upstream) {
        throw Mistake(line: 0, text: "there is no node '\(upstream)', which is to stand above '\(node.name)'")
      }
    }
    for timed in actions {
      switch timed.action {
      case .membership, .alarm:
        guard isWatched else { throw Mistake(line: 0, text: "a story with '\(timed.action.line)' begins with 'watch'") }
      default: break
      }
      for name in timed.action.names where !names.contains(name) {
        throw Mistake(line: 0, text: "there is no node '\(name)'")
      }
    }
  }
}

/// The words of a line.
struct Words {
  private var rest: ArraySlice<Substring>
  private let number: Int

  init(_ line: Substring, number: Int) {
    rest = line.split { $0 == " " || $0 == "\t" }[...]
    self.number = number
  }

  mutating func next() -> String? { rest.popFirst().map(String.init) }

  mutating func word(_ what: String) throws(Story.Mistake) -> String {
    guard let word = next() else { throw mistake("\(what) is missing") }
    return word
  }

  mutating func number(_ what: String) throws(Story.Mistake) -> Int {
    let word = try word(what)
    guard let number = Int(word) else { throw mistake("'\(word)' is no number: \(what)") }
    return number
  }

  mutating func time(_ what: String) throws(Story.Mistake) -> Duration {
    let word = try word(what)
    guard let time = Duration(milliseconds: word) else { throw mistake("'\(word)' is no time such as 1500ms: \(what)") }
    return time
  }

  func mistake(_ text: String) -> Story.Mistake { Story.Mistake(line: number, text: text) }
}

extension Duration {
  /// Reads a time such as `1500ms`.
  init?(milliseconds text: String) {
    guard text.hasSuffix("ms"), let number = Int64(text.dropLast(2)), number > -1 << 40, number < 1 << 40 else {
      return nil
    }
    self = .milliseconds(number)
  }

  var text: String { "\(wholeMilliseconds)ms" }
}

extension Story.Node {
  fileprivate var line: String {
    if let mate { return "node \(name) on \(mate)" }
    var words = ["node", name]
    for upstream in upstreams { words += ["below", upstream] }
    if let lane { words += ["lane", "\(lane.index)/\(lane.count)"] }
    if away != .fallback { words += ["away", away.rawValue] }
    if let syncEvery { words += ["sync", syncEvery.text] }
    if page != 4096 { words += ["page", "\(page)"] }
    if deadline != .seconds(5) { words += ["deadline", deadline.text] }
    if isReadOnly { words += ["read-only", onMiss.rawValue] }
    if isBitBake { words.append("bitbake") }
    if isStock { words.append("stock") }
    if isOnPostgres { words.append("postgresql") }
    if isOld { words.append("old") }
    if isLevelUnknown { words.append("level-unknown") }
    return words.joined(separator: " ")
  }

  fileprivate init(_ name: String, _ words: inout Words) throws(Story.Mistake) {
    self.init(name: name)
    while let word = words.next() {
      switch word {
      case "below": upstreams.append(try words.word("the node above"))
      case "lane":
        let text = try words.word("the lane")
        guard let lane = Lane(text) else { throw words.mistake("'\(text)' is no lane such as 0/2") }
        self.lane = lane
      case "away":
        let text = try words.word("what happens without the upstream")
        guard let away = UpstreamAway(rawValue: text) else {
          throw words.mistake("'\(text)' is not 'strict', 'fallback' or 'offline'")
        }
        self.away = away
      case "sync": syncEvery = try words.time("how often rows are copied")
      case "page": page = min(max(try words.number("how many rows are copied at once"), 1), 4096)
      case "deadline": deadline = try words.time("how long the upstream is waited for")
      case "read-only":
        let text = try words.word("what is said to a tuple without a value")
        guard let onMiss = OnMiss(rawValue: text) else { throw words.mistake("'\(text)' is not 'refuse' or 'predict'") }
        (isReadOnly, self.onMiss) = (true, onMiss)
      case "bitbake": isBitBake = true
      case "stock": isStock = true
      case "postgresql": isOnPostgres = true
      case "old": isOld = true
      case "level-unknown": isLevelUnknown = true
      default: throw words.mistake("a node has no property '\(word)'")
      }
    }
  }
}

extension Story.Link {
  fileprivate var line: String {
    var words = ["link", one, other, "delay", settings.delay.text]
    if settings.jitter > .zero { words += ["jitter", settings.jitter.text] }
    words += ["rate", "\(settings.wholeRate)"]
    if settings.loss > 0 { words += ["loss", "\(settings.lostOfThousand)"] }
    if settings.splits { words.append("splits") }
    return words.joined(separator: " ")
  }

  fileprivate init(_ words: inout Words) throws(Story.Mistake) {
    let (one, other) = (try words.word("a node"), try words.word("another node"))
    var settings = LinkSettings(delay: .zero)
    while let word = words.next() {
      switch word {
      case "delay": settings.delay = try words.time("the delay one way")
      case "jitter": settings.jitter = try words.time("what is added to the delay at most")
      case "rate": settings.bytesPerSecond = Double(max(try words.number("bytes in a second"), 1))
      case "loss":
        settings.loss = Double(min(max(try words.number("lost packets of a thousand"), 0), 900)) / 1000
      case "splits": settings.splits = true
      default: throw words.mistake("a link has no property '\(word)'")
      }
    }
    self.init(one: one, other: other, settings: settings)
  }
}

extension LinkSettings {
  /// From 0 to 1000.
  fileprivate var lostOfThousand: Int { Int(exactly: (min(max(loss, 0), 1) * 1000).rounded()) ?? 0 }

  fileprivate var wholeRate: Int { Int(exactly: bytesPerSecond.rounded()) ?? .max }
}

extension Story.Question {
  fileprivate var line: String {
    var words = ["ask", node, package, checksum]
    if isKept { words.append("history") }
    if times > 1 { words += ["times", "\(times)"] }
    if isTogether { words.append("together") }
    if let answer { words += ["gives", answer] }
    return words.joined(separator: " ")
  }

  fileprivate init(_ words: inout Words) throws(Story.Mistake) {
    self.init(
      node: try words.word("the node"), package: try words.word("the package"),
      checksum: try words.word("the checksum"))
    while let word = words.next() {
      switch word {
      case "history": isKept = true
      case "times": times = min(max(try words.number("how often"), 1), 1_000_000)
      case "together": isTogether = true
      case "gives": answer = try words.word("the answer")
      default: throw words.mistake("a question has no property '\(word)'")
      }
    }
  }
}

extension Story.TimedAction {
  fileprivate var line: String { "\(time.text) \(action.line)" }
}

extension Story.Action {
  var line: String {
    switch self {
    case .ask(let question): question.line
    case .cut(let from, let to): "cut \(from) \(to)"
    case .heal(let from, let to): "heal \(from) \(to)"
    case .kill(let name): "kill \(name)"
    case .lose(let name): "lose \(name)"
    case .start(let name): "start \(name)"
    case .raise(let node, let package, let value): "raise \(node) \(package) \(value)"
    case .setClock(let time): "clock \(time.text)"
    case .backUp(let name): "backup \(name)"
    case .restore(let name): "restore \(name)"
    case .reload(let name): "reload \(name)"
    case .move(let name, let upstream): upstream.map { "move \(name) below \($0)" } ?? "move \(name) above"
    case .database(let name, let fault): "database \(name) \(fault.rawValue)"
    case .membership(let membership): membership.line
    case .alarm(let name, let cause, let state): "\(state.rawValue) \(name) \(cause)"
    }
  }

  var names: [String] {
    switch self {
    case .ask(let question): [question.node]
    case .raise(let node, _, _): [node]
    case .cut(let from, let to), .heal(let from, let to): [from, to]
    case .move(let name, let upstream): [name] + [upstream].compactMap(\.self)
    case .kill(let name), .lose(let name), .start(let name), .backUp(let name), .restore(let name), .reload(let name),
      .database(let name, _), .alarm(let name, _, _):
      [name]
    case .membership(let membership): membership.names
    case .setClock: []
    }
  }

  fileprivate init(_ words: inout Words) throws(Story.Mistake) {
    let verb = try words.word("what happens")
    switch verb {
    case "ask":
      self = .ask(try Story.Question(&words))
    case "cut": self = .cut(from: try words.word("a node"), to: try words.word("another node"))
    case "heal": self = .heal(from: try words.word("a node"), to: try words.word("another node"))
    case "kill": self = .kill(try words.word("the node"))
    case "lose": self = .lose(try words.word("the node"))
    case "start": self = .start(try words.word("the node"))
    case "raise":
      let (node, package) = (try words.word("the node"), try words.word("the package"))
      let value = try words.word("the value")
      guard Revision(value) != nil else { throw words.mistake("'\(value)' is no value such as 3.1") }
      self = .raise(node: node, package: package, value: value)
    case "clock":
      let time = try words.time("how far the clocks are set")
      guard let of = words.next() else {
        self = .setClock(by: time)
        return
      }
      guard of == "of" else { throw words.mistake("'\(of)' is not 'of', before the node whose clock is set") }
      self = .membership(.setClock(try words.word("the node"), by: time))
    case "backup": self = .backUp(try words.word("the node"))
    case "restore": self = .restore(try words.word("the node"))
    case "reload": self = .reload(try words.word("the node"))
    case "move":
      let name = try words.word("the node")
      switch words.next() {
      case "below": self = .move(name, below: try words.word("the node above"))
      case "above": self = .move(name, below: nil)
      default: throw words.mistake("'below' or 'above' is missing")
      }
    case "database":
      let name = try words.word("the node")
      let text = try words.word("what happens to its database")
      guard let fault = Story.DatabaseFault(rawValue: text) else {
        throw words.mistake(
          "'\(text)' is not one of \(Story.DatabaseFault.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      self = .database(name, fault)
    default:
      if let state = Story.AlarmState(rawValue: verb) {
        self = .alarm(
          try words.word("the node"), cause: try words.word("the beginning of the alarm's name"), state)
        return
      }
      guard let membership = try Story.Membership(verb, &words) else {
        throw words.mistake("nothing is called '\(verb)'")
      }
      self = .membership(membership)
    }
  }
}
