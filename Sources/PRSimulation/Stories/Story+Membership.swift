// SPDX-License-Identifier: Apache-2.0

extension Story.Membership {
  var line: String {
    switch self {
    case .create(let name, let lanes, let lifetime):
      (["create", name] + (lanes.map { ["lanes", "\($0)"] } ?? []) + (lifetime.map { ["lifetime", $0.text] } ?? []))
        .joined(separator: " ")
    case .join(let name, let parent, let isMirror, let isAgain):
      "join \(name) below \(parent)" + (isMirror ? " mirror" : "") + (isAgain ? " again" : "")
    case .relane(let name): "relane \(name)"
    case .retire(let name): "retire \(name)"
    case .revoke(let name): "revoke \(name)"
    case .afterRestore(let name): "after-restore \(name)"
    case .clone(let name, let other): "clone \(name) to \(other)"
    case .setClock(let name, let time): "clock \(time.text) of \(name)"
    case .key(let name, let isThere): "\(isThere ? "give-key" : "take-key") \(name)"
    case .rekey(let name): "rekey \(name)"
    case .upgrade(let name): "upgrade \(name)"
    case .resolve(let name, let other): "resolve \(name) to \(other)"
    }
  }

  /// - Returns: nil for another verb.
  init?(_ verb: String, _ words: inout Words) throws(Story.Mistake) {
    switch verb {
    case "create": self = try Self.create(&words)
    case "join": self = try Self.join(&words)
    case "relane": self = .relane(try words.word("the member"))
    case "retire": self = .retire(try words.word("the member"))
    case "revoke": self = .revoke(try words.word("the member"))
    case "after-restore": self = .afterRestore(try words.word("the authority"))
    case "take-key", "give-key": self = .key(try words.word("the authority"), isThere: verb == "give-key")
    case "rekey": self = .rekey(try words.word("the authority"))
    case "upgrade": self = .upgrade(try words.word("the node"))
    case "clone", "resolve":
      let name = try words.word("the node")
      guard words.next() == "to" else { throw words.mistake("'to' is missing") }
      let other = try words.word("the other node")
      self = verb == "clone" ? .clone(name, to: other) : .resolve(name, to: other)
    default: return nil
    }
  }

  private static func create(_ words: inout Words) throws(Story.Mistake) -> Self {
    let name = try words.word("the authority")
    var (lanes, lifetime): (UInt64?, Duration?)
    while let word = words.next() {
      switch word {
      case "lanes":
        let text = try words.word("how many lanes there are")
        guard let number = UInt64(text), (1...65_536).contains(number) else {
          throw words.mistake("'\(text)' is no number of lanes")
        }
        lanes = number
      case "lifetime": lifetime = try words.time("how long certificates are good")
      default: throw words.mistake("a federation has no property '\(word)'")
      }
    }
    return .create(name, lanes: lanes, lifetime: lifetime)
  }

  private static func join(_ words: inout Words) throws(Story.Mistake) -> Self {
    let name = try words.word("the node")
    guard words.next() == "below" else { throw words.mistake("'below' is missing") }
    let parent = try words.word("the node above")
    var (isMirror, isAgain) = (false, false)
    while let word = words.next() {
      switch word {
      case "mirror": isMirror = true
      case "again": isAgain = true
      default: throw words.mistake("a node does not join '\(word)'")
      }
    }
    return .join(name, below: parent, isMirror: isMirror, isAgain: isAgain)
  }
}
