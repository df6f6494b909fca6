/**
 * @file Several encoders of one shape, each trained by itself, as one. Its embeddings join theirs, [e_1 ... e_n] / sqrt(n), so that a
 * cosine is the mean of the members'. They err in different ways: what only one of them takes for a thing is not what it looks
 * like (as adversarial examples against an ensemble have to fool all of it, Tramèr et al. 2018).
 */

import { AtelierError } from '../errors.js';
import { concat, mul, type Tensor } from '../tensor/index.js';
import type { Weights } from './parameters.js';
import { unit } from './vectors.js';

/** Members at most. */
export const mostMembers = 16;

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

/** What the names of a member's weights have before them; nothing where there is but one. */
export const memberPrefix = (member: number, members: number): string => (members === 1 ? '' : `members.${member}.`);

/**
 * The weights of each member under its own names, from those of an ensemble; of one, as they are.
 * @throws AtelierError E_CHECKPOINT when there are none of a member, or some of more members
 */
export function weightsOfMembers(weights: Weights, members = 1): Weights[] {
	if (members === 1) return [weights];
	const all = Array.from({ length: members }, (_, m): Weights => {
		const prefix = memberPrefix(m, members);
		return new Map(
			[...weights].flatMap(([name, array]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), array]] : [])),
		);
	});
	const found = all.reduce((sum, { size }) => sum + size, 0);
	if (found < weights.size || all.some(({ size }) => size === 0))
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected weights of ${members} members, as config.json says, got ${all.filter(({ size }) => size > 0).length} of them and ${weights.size - found} weights of none; the files are of unlike models, reinstall or make them again`,
		);
	return all;
}

/** The weights of an ensemble, from those of its members. */
export const weightsOfEnsemble = (members: readonly Weights[]): Weights =>
	new Map(
		members.flatMap((own, m) =>
			[...own].map(([name, array]) => [`${memberPrefix(m, members.length)}${name}`, array] as const),
		),
	);

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
