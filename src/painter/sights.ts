/** @file The compiled objectives through which an encoder looks at a drawing: one for each of its members, and for each number of views. */

import type { DualEncoder } from '../encoders/encoder.js';
import type { EncoderMember } from '../encoders/ensemble.js';
import type { Engine } from '../engines/index.js';
import { compileObjective, type ObjectiveOptions, type Target } from '../guidance/objective.js';
import type { Sight, Sights } from './looking.js';

/** How an encoder is to look. */
export interface SightOptions extends ObjectiveOptions {
	readonly viewCount: number;
	/** Views of each of several candidates, where those have programs of their own. */
	readonly scoutCount?: number;
	readonly threads?: number;
}

/** The members of an encoder, which look one after the other; where it is no ensemble, itself. */
export const membersOf = (encoder: DualEncoder): readonly EncoderMember[] =>
	encoder.members ?? [{ ...encoder, imageGraph: (images) => encoder.imageGraph(images), partOf: (whole) => whole }];

/** Compile the objectives of targets, which are embeddings of the whole encoder; one for each member. */
export async function compileSights(
	encoder: DualEncoder,
	engine: Engine,
	targets: readonly Target[],
	{ viewCount, scoutCount, threads, ...weights }: SightOptions,
): Promise<Sights[]> {
	const sights: Sights[] = [];
	for (const member of membersOf(encoder)) {
		const own = targets.map((target) => seenBy(member, target));
		const looking = { ...member, imageSize: encoder.imageSize };
		const sight = async (views: number): Promise<Sight> => ({
			viewCount: views,
			objective: await compileObjective(looking, engine, own, views, weights, threads),
		});
		sights.push({ ...(await sight(viewCount)), ...(scoutCount !== undefined && { scout: await sight(scoutCount) }) });
	}
	return sights;
}

/** A target as a member sees it. */
const seenBy = (member: EncoderMember, target: Target): Target => ({
	...target,
	embedding: member.partOf(target.embedding),
	...(target.rivals && { rivals: target.rivals.map((rival) => member.partOf(rival)) }),
});
