/** @file Arithmetic of embeddings outside graphs. */

import { AtelierError } from '../errors.js';

/** Scalar product; of unit vectors, the cosine. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
	let sum = 0;
	for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
	return sum;
}

/** The vector at unit length; zero stays zero. */
export function unit(v: Float32Array): Float32Array {
	const n = Math.hypot(...v) || 1;
	return v.map((x) => x / n);
}

/** The rows of a matrix, as copies. */
export const rowsOf = (data: Float32Array, width: number): Float32Array[] =>
	Array.from({ length: data.length / width }, (_, i) => data.slice(i * width, (i + 1) * width));

/** The rows of what an encoder gave. @throws AtelierError E_CHECKPOINT when a number of them is not finite */
export function embeddingsOf(data: Float32Array, width: number, encoder: string): Float32Array[] {
	if (!data.every(Number.isFinite))
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected embeddings of finite numbers from '${encoder}', got others; its weights are damaged: fetch them again ('atelier models verify' compares what was pulled)`,
		);
	return rowsOf(data, width);
}
