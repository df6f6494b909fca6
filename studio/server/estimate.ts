/** @file How long a recipe will take on this machine, from what others took; remembered beside the outputs. */

import { existsSync } from 'node:fs';
import { z } from 'zod';
import { builtinViewCounts, clipViewCounts } from '../../src/encoders/encoder.js';
import { readJson, replaceFile } from '../../src/files.js';
import { createRenderer } from '../../src/painter/create-renderer.js';
import { workOf } from '../../src/painter/plan.js';
import { canvasOf, scheduleOf } from '../../src/painter/setup.js';
import { scoutingOf } from '../../src/painter/view-counts.js';
import { mostPlaces } from '../../src/recipe/layout.js';
import { encodersOf, needsEncoder, type Recipe } from '../../src/recipe/schema.js';

/** What steps depend on, as far as it was said. */
const speedSchema = z.object({
	renderer: z.string(),
	encoder: z.string(),
	engine: z.string(),
	threads: z.number(),
	canvas: z.number().optional(),
	views: z.number().optional(),
	marks: z.number(),
	/** Seconds of a step of one candidate. */
	perStep: z.number().positive(),
});
type Speed = z.output<typeof speedSchema>;
type Kind = Omit<Speed, 'perStep'>;

/** Kinds that are remembered, and the share of a new measurement in what is remembered. */
const most = 200;
const share = 0.5;
/** Seconds to load and to save, about. */
const around = 1;
/** Of a recipe that leaves its canvas to the encoder: only how much there is to tidy depends on it. */
const someCanvas = 64;

export class Speeds {
	private speeds: Speed[];

	constructor(private readonly path: string) {
		this.speeds = read(path);
	}

	/** A run has taken so long. */
	learn(recipe: Recipe, perStep: number): void {
		const kind = kindOf(recipe);
		const known = this.speeds.find((speed) => distance(kind, speed) === 0);
		const mixed = known ? (1 - share) * known.perStep + share * perStep : perStep;
		this.speeds = [...this.speeds.filter((speed) => speed !== known), { ...kind, perStep: mixed }].slice(-most);
		replaceFile(this.path, `${JSON.stringify(this.speeds)}\n`);
	}

	/** Seconds; null before anything like it was drawn. */
	estimate(recipe: Recipe): number | null {
		const kind = kindOf(recipe);
		const alike = this.speeds.filter(({ encoder, engine }) => encoder === kind.encoder && engine === kind.engine);
		const [nearest] = alike.sort((a, b) => distance(kind, a) - distance(kind, b));
		if (!nearest) return null;
		const renderer = createRenderer(
			{ ...recipe, pixels: { ...recipe.pixels, start: 'gray' } },
			canvasOf(recipe, someCanvas),
		);
		// Only whether there is guidance makes a difference, and how many views.
		const guided = needsEncoder(recipe) && {
			guidance: {} as NonNullable<Parameters<typeof workOf>[0]['guidance']>,
			scouting: scoutingOf(recipe, encodersOf(recipe).map(viewCountsOf)),
		};
		const work = workOf({ ...scheduleOf(recipe, renderer), ...guided }, recipe.steps);
		return Math.round(10 * (around + work * nearest.perStep)) / 10;
	}
}

/** Without opening it: what is not the built-in encoder is taken for one of CLIP's family. */
const viewCountsOf = ({ name }: { readonly name: string }) => (name === 'builtin' ? builtinViewCounts : clipViewCounts);

/** The names of all encoders, and how they work together. */
const judgesOf = (recipe: Recipe): string =>
	[
		...encodersOf(recipe).map(({ name }) => name),
		...(recipe.encoder.together === 'alternating' ? ['in turn'] : []),
	].join(' ');

function kindOf(recipe: Recipe): Kind {
	const { renderer, engine, canvas, views } = recipe;
	const marks = {
		strokes: mostPlaces(recipe) * recipe.strokes.paths * recipe.strokes.segments,
		shapes: recipe.shapes.count,
		tiles: recipe.tiles.columns,
		pixels: 1,
	}[renderer];
	return {
		renderer,
		encoder: needsEncoder(recipe) ? judgesOf(recipe) : 'none',
		engine: engine.name,
		threads: engine.threads,
		...(canvas !== undefined && { canvas }),
		...(views !== undefined && { views }),
		marks,
	};
}

/** How unlike steps are: factors count by their logarithms; what was left open is like anything. */
function distance(a: Kind, b: Kind): number {
	const factor = (x: number | undefined, y: number | undefined) =>
		x === undefined || y === undefined ? 0 : Math.abs(Math.log2(x / y));
	return (
		(a.renderer === b.renderer ? 0 : 4) +
		factor(a.threads, b.threads) +
		2 * factor(a.canvas, b.canvas) +
		factor(a.views, b.views) +
		factor(a.marks, b.marks)
	);
}

function read(path: string): Speed[] {
	try {
		return existsSync(path) ? z.array(speedSchema).parse(readJson(path)) : [];
	} catch {
		return []; // Damaged: it is measured anew.
	}
}
