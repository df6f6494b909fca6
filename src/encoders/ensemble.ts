/**
 * @file Several encoders of one shape, each trained by itself, as one. Its embeddings join theirs, [e_1 ... e_n] / sqrt(n), so that a
 * cosine is the mean of the members'. They err in different ways: what only one of them takes for a thing is not what it looks
 * like (as adversarial examples against an ensemble have to fool all of it, Tramèr et al. 2018).
 */

import { concat, mul, type Tensor } from '../tensor/index.js';
import type { Weights } from './parameters.js';
import { unit } from './vectors.js';

/** One of the encoders that an ensemble is made of, as guidance looks through it. */
export interface EncoderMember {
	/** Width of its embeddings. */
	readonly width: number;
	/** Factor on the cosine at which it was trained. */
	readonly logitScale: number;
	/** [n, size, size, 3] in [0, 1] -> [n, width], of unit length, as graph. */
	imageGraph(images: Tensor): Tensor;
	/** Its part of an embedding of the ensemble, at unit length. */
	partOf(embedding: Float32Array): Float32Array;
}

const prefixOf = (member: number) => `members.${member}.`;

/** The weights of each member under its own names, from those of the ensemble. */
export const weightsOfMembers = (weights: Weights, members: number): Weights[] =>
	Array.from({ length: members }, (_, m) => {
		const prefix = prefixOf(m);
		return new Map(
			[...weights].flatMap(([name, array]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), array]] : [])),
		);
	});

/** The weights of an ensemble, from those of its members. */
export const weightsOfEnsemble = (members: readonly Weights[]): Weights =>
	new Map(members.flatMap((own, m) => [...own].map(([name, array]) => [`${prefixOf(m)}${name}`, array] as const)));

/** Embeddings of the members [n, width] to the ensemble's, of unit length; of one, as they are. */
export const joinGraphs = (embeddings: readonly Tensor[]): Tensor =>
	embeddings.length === 1 ? embeddings[0]! : mul(concat([...embeddings], 1), embeddings.length ** -0.5);

/** An embedding by each member to the ensemble's; of one, as it is. */
export function joinVectors(embeddings: readonly Float32Array[]): Float32Array {
	const [first] = embeddings;
	if (embeddings.length === 1) return first!;
	const joined = new Float32Array(embeddings.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const embedding of embeddings) {
		joined.set(embedding, at);
		at += embedding.length;
	}
	return joined.map((x) => x / Math.sqrt(embeddings.length));
}

/** A member's part of an embedding of the ensemble, at unit length. */
export const partOf = (embedding: Float32Array, member: number, width: number): Float32Array =>
	unit(embedding.subarray(member * width, (member + 1) * width));
