/** @file Systems of linear equations, as least squares lead to them. */

/** Solve A x = b for a symmetric positive definite A and several b, in place, by Gaussian elimination (which needs no pivots then). */
export function solve(matrix: number[][], right: readonly number[][]): void {
	const n = matrix.length;
	for (let k = 0; k < n; k++)
		for (let i = k + 1; i < n; i++) {
			const factor = matrix[i]![k]! / matrix[k]![k]!;
			if (factor === 0) continue;
			for (let j = k; j < n; j++) matrix[i]![j]! -= factor * matrix[k]![j]!;
			for (const b of right) b[i]! -= factor * b[k]!;
		}
	for (const b of right)
		for (let i = n - 1; i >= 0; i--) {
			for (let j = i + 1; j < n; j++) b[i]! -= matrix[i]![j]! * b[j]!;
			b[i]! /= matrix[i]![i]!;
		}
}
