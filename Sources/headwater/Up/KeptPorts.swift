// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly

/// The ports that the nodes of a folder have had, in a file of the folder. Members of a federation have joined with the ports of those
/// above them, and go on asking there.
struct KeptPorts {
  private let path: String

  /// - Parameter folder: that of `--directory`.
  init(in folder: String) { path = folder + "/ports.json" }

  /// Chooses a port for each of some purposes: the one that it had before, where that is free, else another one; and keeps them.
  ///
  /// - Parameter isManaged: whether a port that is not free any more is an error.
  func take(_ names: [String], isManaged: Bool, from ports: inout FreePorts) throws -> [Int] {
    let before = ports.areGiven && !isManaged ? [:] : try read()
    var chosen: [String: Int] = [:]
    for name in names {
      guard let port = before[name] else { continue }
      if ports.take(port) {
        chosen[name] = port
      } else if isManaged, !name.hasSuffix(" status") {
        throw UserFacingError(
          "another process has port \(port), which the members of this federation have joined with (\(name)): end that process, or "
            + "begin anew in another --directory")
      }
    }
    for name in names where chosen[name] == nil { chosen[name] = try ports.take() }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let text = String(decoding: try encoder.encode(before.merging(chosen) { $1 }), as: UTF8.self)
    try WorkFolder.write(text + "\n", to: path)
    return names.compactMap { chosen[$0] }
  }

  private func read() throws -> [String: Int] {
    guard FileManager.default.fileExists(atPath: path) else { return [:] }
    do {
      return try JSONDecoder().decode([String: Int].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw UserFacingError(
        "\(path) does not say which ports the nodes had: remove it, or begin anew in another --directory")
    }
  }
}
