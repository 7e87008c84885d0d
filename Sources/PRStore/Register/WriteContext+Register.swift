// SPDX-License-Identifier: Apache-2.0
import PRFederation

extension WriteContext {
  /// Reads the register, has it changed, and writes the rows that differ, all in the present transaction.
  ///
  /// - Parameter change: changes the register, or refuses and changes nothing.
  /// - Returns: what `change` returned, or why it refused; nil where the store has no federation.
  package func changeRegister<Value>(
    _ change: (inout Register) throws(RegisterRefusal) -> Value
  ) throws(StoreError) -> Result<Value, RegisterRefusal>? {
    guard let before = try reader.register() else { return nil }
    var register = before
    let outcome: Result<Value, RegisterRefusal>
    do throws(RegisterRefusal) {
      outcome = .success(try change(&register))
    } catch {
      return .failure(error)
    }
    if register != before { try store(register, replacing: before) }
    return outcome
  }
}
