/** @file Whether the weights in a file are those of a model of given sizes: what is missing, in excess or of another shape, by name. */

import { AtelierError } from '../../errors.js';
import { input, type Shape, sameShape, type Tensor } from '../../tensor/index.js';
import type { Architecture } from '../architecture.js';
import { ParameterStore } from '../parameters.js';
import { type ModelWeights, towerOf } from './model-weights.js';

/** Notes the names and shapes that a model asks for, and has no numbers. */
export class ShapeRecorder extends ParameterStore {
	readonly shapes = new Map<string, Shape>();

	constructor() {
		super(new Map());
	}

	override get(name: string, shape: Shape): Tensor {
		this.shapes.set(name, shape);
		return input(name, shape);
	}
}

/** The weights of a model but those of its loss: names and shapes. @throws E_CHECKPOINT when the sizes make no model */
export function expectedShapes({ image, text }: Architecture): ReadonlyMap<string, Shape> {
	const recorder = new ShapeRecorder();
	try {
		image?.graph(recorder, input('images', [1, 3, image.resolution, image.resolution]));
		const rows = { ids: input('ids', [1, 1], 'int32'), positions: input('positions', [1], 'int32') };
		text.graph(recorder, { ...rows, mask: input('mask', [1, 1]) });
	} catch (cause) {
		if (!(cause instanceof AtelierError)) throw cause;
		throw new AtelierError('E_CHECKPOINT', `expected sizes that make a model: ${cause.message}`, { cause });
	}
	return recorder.shapes;
}

/** Numbers of a loss that files may hold, and none of the towers asks for. */
const scalars = new Set(['logit_scale', 'logit_bias', 'temperature']);

/** Names that one message lists at most, of each kind. */
const mostListed = 8;

/**
 * Check that a file has the weights of a model, and no others.
 * @throws E_CHECKPOINT with the names of all that do not fit
 */
export function checkFit({ name: where, weights }: ModelWeights, architecture: Architecture): void {
	const expected = expectedShapes(architecture);
	for (const tower of ['image', 'text'] as const) {
		const wanted = [...expected.keys()].filter((name) => towerOf(name) === tower);
		if (wanted.length > 0 && !wanted.some((name) => weights.has(name)))
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected the weights of both towers in ${where}, got none of its ${tower} tower's, such as '${wanted[0]}'; is it one tower of a model alone, or another architecture?`,
			);
	}
	const missing: string[] = [];
	const misshapen: string[] = [];
	for (const [name, shape] of expected) {
		const found = weights.get(name);
		if (!found) missing.push(`'${name}' [${shape}]`);
		else if (!sameShape(found.shape, shape)) misshapen.push(`'${name}' [${found.shape}] instead of [${shape}]`);
	}
	const extra = [...weights].flatMap(([name, { from }]) =>
		expected.has(name) || scalars.has(name) ? [] : from.map((stored) => `'${stored}'`),
	);
	const faults = [
		listed('without', missing),
		listed('with tensors that it has no place for:', extra),
		listed('with others in shape:', misshapen),
	].filter((fault) => fault !== '');
	if (faults.length > 0)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected the weights of the model that the configuration states in ${where}, got a file ${faults.join(', and ')}; is it another architecture?`,
		);
}

function listed(what: string, names: readonly string[]): string {
	if (names.length === 0) return '';
	const rest = names.length - mostListed;
	return `${what} ${names.slice(0, mostListed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
