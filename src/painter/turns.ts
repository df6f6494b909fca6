/** @file Whose turn it is to look at a drawing: of several encoders that alternate, and of the members of an ensemble. */

/** The members that look at a step or in a round, with the share of each; they sum to 1. */
export type Turn = (n: number) => ReadonlyMap<number, number>;

/** Who looks when. */
export interface Turns {
	/** Whose turn a step is; without it all look at every step. */
	readonly turn?: Turn;
	/** Whose turn a round of looks is, where drawings are compared: one member of every encoder. Without it all look in every round. */
	readonly jury?: Turn;
	/** Members of the encoder that has most: in so many rounds all have looked. Default 1. */
	readonly members?: number;
}

/** Encoders that guide together: the weight of each, and of how many members it is. */
type Guides = readonly { readonly weight: number; readonly members: number }[];

/** Whose turn each step and each round is; a member of an ensemble comes as often as the others. */
export function turnsOf(guides: Guides, together: 'summed' | 'alternating'): Turns {
	const jury = guides.some(({ members }) => members > 1) ? oneOfEach(guides) : undefined;
	const turn = together === 'alternating' && guides.length > 1 ? oneOfAll(guides) : jury;
	const members = Math.max(...guides.map(({ members }) => members));
	return { ...(turn && { turn }), ...(jury && { jury, members }) };
}

/** Every encoder looks, with one of its members after the other. */
function oneOfEach(guides: Guides): Turn {
	const whole = guides.reduce((sum, { weight }) => sum + weight, 0);
	const first = firstMembers(guides);
	return (n) => new Map(guides.map(({ weight, members }, i) => [first[i]! + (n % members), weight / whole]));
}

/** One encoder looks, as often as its weight says, with one of its members after the other. */
function oneOfAll(guides: Guides): Turn {
	const whose = takingTurns(guides.map(({ weight }) => weight));
	const first = firstMembers(guides);
	const times = guides.map(() => 0);
	const turns: number[] = [];
	return (n) => {
		while (turns.length <= n) {
			const i = whose(turns.length);
			turns.push(first[i]! + (times[i]!++ % guides[i]!.members));
		}
		return new Map([[turns[n]!, 1]]);
	};
}

/** The first member of each encoder, in the order that eyes count them. */
export function firstMembers(guides: readonly { readonly members: number }[]): number[] {
	let next = 0;
	return guides.map(({ members }) => {
		const first = next;
		next += members;
		return first;
	});
}

/**
 * Whose turn each step is: smooth weighted round robin. Everyone gains its weight a step; who has most looks, and pays the
 * sum of all. Equal weights alternate strictly, and after n steps nobody is a whole turn away from its share of them.
 */
export function takingTurns(weights: readonly number[]): (step: number) => number {
	const whole = weights.reduce((sum, weight) => sum + weight, 0);
	const credit = weights.map(() => 0);
	const turns: number[] = [];
	return (step) => {
		while (turns.length <= step) {
			for (const [i, weight] of weights.entries()) credit[i]! += weight;
			const next = credit.indexOf(Math.max(...credit));
			credit[next]! -= whole;
			turns.push(next);
		}
		return turns[step]!;
	};
}
