/** @file Seeded pseudo-random numbers (xoroshiro128+), split per use so that one consumer never shifts another's stream. */

import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { JumpableRandomGenerator } from 'pure-rand/types/JumpableRandomGenerator';

/** Deterministic random source. Same seed and label path, same numbers, on every machine. */
export class Random {
	private generator: JumpableRandomGenerator;
	private readonly seed: number;

	constructor(seed: number) {
		this.seed = seed | 0;
		this.generator = xoroshiro128plus(this.seed);
		// The first outputs of nearby seeds resemble each other.
		for (let i = 0; i < 16; i++) this.generator.next();
	}

	/** An independent stream for one use ('init', 'views', ...); does not advance this one. */
	split(label: string): Random {
		// FNV-1a over the label, started from the seed.
		let hash = 0x811c9dc5 ^ this.seed;
		for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
		hash ^= hash >>> 15;
		return new Random(Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 12));
	}

	/** Uniform in [low, high). 32 random bits. */
	uniform(low = 0, high = 1): number {
		return low + (high - low) * ((this.generator.next() >>> 0) / 4294967296);
	}

	/** Standard normal, by Box-Muller (one of the pair is dropped, so that the state is only the generator's). */
	normal(): number {
		const u = 1 - this.uniform();
		return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.uniform());
	}

	/** Uniform integer in [0, n). */
	int(n: number): number {
		return Math.floor(this.uniform() * n);
	}

	/** True with probability p. */
	chance(p: number): boolean {
		return this.uniform() < p;
	}

	/** One item of a list that is not empty. */
	pick<T>(items: readonly T[]): T {
		return items[this.int(items.length)]!;
	}

	/** The items in random order (Fisher-Yates), as a new array. */
	shuffle<T>(items: readonly T[]): T[] {
		const out = [...items];
		for (let i = out.length - 1; i > 0; i--) {
			const j = this.int(i + 1);
			[out[i], out[j]] = [out[j] as T, out[i] as T];
		}
		return out;
	}

	/** The generator's state, for snapshots. */
	state(): number[] {
		return [this.seed, ...this.generator.getState()];
	}

	/** Continue from a state returned by {@link Random.state}. */
	static fromState(state: readonly number[]): Random {
		const random = new Random(state[0] ?? 0);
		random.generator = xoroshiro128plusFromState(state.slice(1));
		return random;
	}
}
