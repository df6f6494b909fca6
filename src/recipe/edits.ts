/**
 * @file What was changed by hand while a drawing was drawn: part of the recipe, so that a steered run can be repeated and
 * branched from. An edit is applied before the step after `at` steps; edits of the same moment in their order.
 */

import { z } from 'zod';
import { negativeList, promptList } from './prompt-fields.js';

const at = z.int().min(0).max(100_000).describe('Steps that were done when it was made.');
const index = z.int().min(0).max(100_000);
const indices = z.array(index).min(1).max(1000);
const strokes = indices.describe('Strokes by their place in drawing order, from 0.');
const coordinate = z.number().min(-4).max(5);

/** An edit by what it does. */
export const editSchema = z.discriminatedUnion('do', [
	z.strictObject({
		at,
		do: z.literal('words'),
		prompts: promptList.describe('What to draw from now on, instead.'),
		negative: negativeList.prefault([]).describe('What to avoid from now on, instead.'),
	}),
	z.strictObject({
		at,
		do: z.literal('rate'),
		rate: z
			.number()
			.positive()
			.max(100)
			.describe("Factor on all learning rates from now on, besides the recipe's own."),
	}),
	z.strictObject({ at, do: z.literal('lock'), strokes }),
	z.strictObject({ at, do: z.literal('unlock'), strokes }),
	z.strictObject({ at, do: z.literal('erase'), strokes }),
	z.strictObject({
		at,
		do: z.literal('move'),
		strokes,
		by: z
			.tuple([z.number().min(-4).max(4), z.number().min(-4).max(4)])
			.describe('In widths and heights of the canvas.'),
	}),
	z.strictObject({
		at,
		do: z.literal('add'),
		line: z
			.array(z.tuple([coordinate, coordinate]))
			.min(2)
			.max(400)
			.describe(
				'The way of the pen: x and y in widths and heights of the canvas. The stroke is drawn on top, and locked.',
			),
		width: z.number().positive().max(1).meta({ unit: 'of the shorter side' }).describe('Of the stroke.'),
		color: z
			.tuple(
				[z.number(), z.number(), z.number()].map((c) => c.min(0).max(1)) as [z.ZodNumber, z.ZodNumber, z.ZodNumber],
			)
			.describe('Red, green and blue, 0 to 1.'),
	}),
	z.strictObject({
		at,
		do: z.literal('keep'),
		candidates: indices.describe('Drawings that go on, by their place at the start, from 0; the others end.'),
	}),
	z
		.strictObject({ at, do: z.literal('undo') })
		.describe('Takes back the last edit that was not taken back yet (not keep).'),
]);

export type Edit = z.output<typeof editSchema>;

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;
/** An edit as it is asked for while a drawing is drawn: the painter says when it took place. */
export type EditRequest = Without<z.input<typeof editSchema>, 'at'>;

/** Words that a drawing is drawn from. */
export type Words = Pick<Extract<Edit, { do: 'words' }>, 'prompts' | 'negative'>;
