/** @file Snapshots: everything a painter needs to go on bit for bit, in one safetensors file. */

import { z } from 'zod';
import type { Weights } from '../encoders/parameters.js';
import { readSafetensors, writeSafetensors } from '../encoders/safetensors.js';
import { AtelierError } from '../errors.js';
import { Random } from '../random.js';
import { validated } from '../validation.js';
import { adamState } from './adam.js';
import { type Candidate, Painter, type PainterSetup } from './painter.js';
import { Steering } from './steering.js';

const stateSchema = z.object({
	step: z.int().min(0),
	/** Edits made; absent in snapshots of before there were any. */
	edits: z.int().min(0).optional(),
	candidates: z
		.array(
			z.object({
				/** Absent in snapshots of before frames were recorded. */
				index: z.int().min(0).optional(),
				random: z.array(z.int()).length(5),
				adamStep: z.int().min(0),
				/** null: not looked at yet. */
				value: z.number().nullable(),
				scores: z.array(z.number()),
				looks: z.array(z.object({ value: z.number(), scores: z.array(z.number()) })).optional(),
				pixelLoss: z.number().optional(),
				lineage: z.array(z.array(z.tuple([z.int().min(0), z.int().min(0)]))).optional(),
			}),
		)
		.min(1),
});
type SnapshotState = z.infer<typeof stateSchema>;

/** Write parameters, moments, random state, step, and how far the edits of the recipe are made. */
export function saveSnapshot(path: string, painter: Painter): void {
	const arrays: Weights = new Map();
	painter.candidates.forEach((c, i) => {
		for (const [kind, groups] of [
			['params', c.params],
			['first', c.adam.first],
			['second', c.adam.second],
		] as const)
			for (const [name, data] of Object.entries(groups))
				arrays.set(`${i}.${kind}.${name}`, { shape: [data.length], data });
	});
	const { edits, history } = painter.past;
	for (const [i, data] of history) arrays.set(`undo.${i}`, { shape: [data.length], data });
	const state: SnapshotState = {
		step: painter.step,
		...(edits > 0 && { edits }),
		candidates: painter.candidates.map((c) => ({
			index: c.index,
			random: c.random.state(),
			adamStep: c.adam.step,
			value: Number.isFinite(c.value) ? c.value : null,
			scores: c.scores,
			...(c.looks && { looks: [...c.looks] }),
			...(c.pixelLoss !== undefined && { pixelLoss: c.pixelLoss }),
			...(c.lineage && {
				lineage: c.lineage.map((place) => place.map(([before, index]): [number, number] => [before, index])),
			}),
		})),
	};
	writeSafetensors(path, arrays, { metadata: { format: 'atelier-snapshot-1', state: JSON.stringify(state) } });
}

/** A painter that continues exactly where the snapshot was taken; the setup must be that of the same recipe. */
export function loadSnapshot(path: string, setup: PainterSetup): Painter {
	const file = readSafetensors(path);
	if (file.metadata.format !== 'atelier-snapshot-1')
		throw new AtelierError('E_RECIPE', `expected a snapshot of atelier, got ${path} of another kind`);
	const state = parseState(file.metadata.state, path);
	const steering = Steering.restore(setup, state.edits ?? 0, (i) => file.weights.get(`undo.${i}`)?.data);
	// Initial parameters give the names and sizes that the recipe's renderer has.
	const model = steering.setup.renderer.init(new Random(0));
	const candidates = state.candidates.map((saved, i): Candidate => {
		const groups = (kind: string) =>
			Object.fromEntries(
				Object.entries(model).map(([name, like]) => {
					const array = file.weights.get(`${i}.${kind}.${name}`);
					if (array?.data.length !== like.length)
						throw new AtelierError(
							'E_RECIPE',
							`expected ${like.length} numbers for '${name}' in ${path}, got ${array?.data.length ?? 'none'}`,
						);
					return [name, array.data];
				}),
			);
		const params = groups('params');
		const adam = { ...adamState(params), step: saved.adamStep, first: groups('first'), second: groups('second') };
		return {
			index: saved.index ?? i,
			params,
			adam,
			random: Random.fromState(saved.random),
			value: saved.value ?? Number.NEGATIVE_INFINITY,
			scores: saved.scores,
			...(saved.looks && { looks: saved.looks }),
			...(saved.pixelLoss !== undefined && { pixelLoss: saved.pixelLoss }),
			...(saved.lineage && { lineage: saved.lineage }),
		};
	});
	return Painter.restore(setup, state.step, candidates, steering);
}

function parseState(json: string | undefined, path: string): SnapshotState {
	return validated(stateSchema, parseJson(json ?? ''), 'E_RECIPE', `${path} is a damaged snapshot`);
}

function parseJson(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined; // which the schema refuses
	}
}
