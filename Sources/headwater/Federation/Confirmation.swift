// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly

/// A question to the person at the terminal, for what cannot be taken back.
enum Confirmation {
  /// - Parameter advice: what is so if the answer is no, or there is no terminal.
  static func ask(_ question: String, otherwise advice: String) throws {
    guard isatty(STDIN_FILENO) == 1 else {
      throw UserFacingError("there is no terminal to ask at; give --yes; \(advice)")
    }
    print("\(question) [y/N]")
    guard let line = readLine(), line.lowercased().hasPrefix("y") else { throw UserFacingError(advice) }
  }
}
