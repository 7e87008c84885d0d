// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRWire

/// Variables of the environment that look like options of this program and are none: most likely they are misspelt.
struct UnknownVariables {
  private static let prefix = "HEADWATER_"
  /// What is read besides options.
  private static let others = [ParentExitMonitor.variable]

  /// A variable, and the name that was likely meant.
  struct UnknownVariable {
    let variable: String
    let meant: String?

    var text: String {
      "\(variable) is ignored: no command has such an option" + (meant.map { "; did you mean \($0)?" } ?? "")
    }
  }

  let findings: [UnknownVariable]

  init(_ options: CommandOptions, in environment: [String: String]) {
    // Both names of a flag with an opposite are options.
    let known = options.longNames.map { $0.uppercased().replacing("-", with: "_") }
    findings = environment.keys.sorted().filter { name in
      name.hasPrefix(Self.prefix) && !Self.others.contains(name)
        && !known.contains(String(name.dropFirst(Self.prefix.count)))
    }.map { name in
      let meant = Spelling.nearest(to: String(name.dropFirst(Self.prefix.count)), among: known)
      return UnknownVariable(variable: name, meant: meant.map { Self.prefix + $0 })
    }
  }

  /// Those of this process.
  static var ofProcess: UnknownVariables {
    get throws { UnknownVariables(try Program.options(), in: ProcessInfo.processInfo.environment) }
  }
}
