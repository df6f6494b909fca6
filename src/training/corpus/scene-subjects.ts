/** @file What scenes show: shapes and things in colours that are told apart from one another and from what is behind them. */

import { type ColorName, colorNames } from '../../guidance/color-words.js';
import type { Random } from '../../random.js';
import { classifyColor, colorValues, randomColor } from '../augment/colors.js';
import { type DrawnShape, drawShape, roomInside, type ShapeName, shapeNames } from './scene-shapes.js';
import type { Thing } from './scene-things.js';

/** RGB in [0, 1]. */
export type SceneColor = readonly [number, number, number];

/** A colour that has a name. */
export interface NamedColor {
	readonly name: ColorName;
	readonly value: SceneColor;
}

/** What an item shows. */
export interface Subject {
	readonly noun: string;
	/** The colour that it is drawn in; absent: its own colours. */
	readonly color?: NamedColor;
	/** The colour that most of it has, where one does. */
	readonly mostly?: ColorName | undefined;
	/** The mean of its own colours. */
	readonly mean?: SceneColor;
	readonly detail?: string | undefined;
	readonly svg: string;
	readonly shape?: ShapeName;
	readonly drawing?: { readonly url: string; readonly licence: string };
}

/** Colours nearer than this (root mean square over the channels) are not told apart at a glance. */
const leastContrast = 0.28;

const distance = (a: SceneColor, b: SceneColor): number =>
	Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) / Math.sqrt(3);

/** A colour that bears its name plainly and is none of the others, nor near to them. */
export function someColor(random: Random, others: readonly NamedColor[]): NamedColor {
	for (;;) {
		const index = random.int(colorNames.length);
		const drawn = new Float32Array(3);
		randomColor(index, random, drawn);
		// Half as far from the typical colour: what nobody would call otherwise.
		const value = colorValues[index]!.map((v, c) => Math.round(255 * (0.5 * v + 0.5 * drawn[c]!)) / 255);
		const color = { name: colorNames[index]!, value: value as unknown as SceneColor };
		if (classifyColor(...color.value) !== index) continue;
		if (others.every((other) => other.name !== color.name && distance(other.value, color.value) > leastContrast))
			return color;
	}
}

/** Whether a drawing in its own colours can hardly be seen before one. */
const isLostOn = ({ name, value }: NamedColor, { mostly, mean }: Subject): boolean =>
	name === mostly || (mean !== undefined && distance(mean, value) < 0.5 * leastContrast);

/** Chooses what scenes show. */
export class SubjectChooser {
	constructor(
		private readonly random: Random,
		private readonly things: readonly Thing[],
	) {}

	/** A subject that is seen on the colours behind it and is not called as the others are. */
	next(behind: readonly NamedColor[], others: readonly Subject[]): Subject {
		for (;;) {
			const subject = this.things.length > 0 && this.random.chance(0.5) ? this.thing(behind) : this.shape(behind);
			if (behind.some((color) => isLostOn(color, subject))) continue;
			const alike = others.filter(({ noun }) => noun === subject.noun);
			if (alike.every(({ color }) => color && subject.color && color.name !== subject.color.name)) return subject;
		}
	}

	/** A shape with room inside. */
	container(behind: readonly NamedColor[]): Subject {
		return this.shape(
			behind,
			shapeNames.filter((name) => roomInside(name)),
		);
	}

	private shape(behind: readonly NamedColor[], from = shapeNames): Subject {
		const shape = this.random.pick(from);
		const { svg, detail }: DrawnShape = drawShape(shape, this.random);
		return { noun: shape, shape, svg, detail, color: someColor(this.random, behind) };
	}

	private thing(behind: readonly NamedColor[]): Subject {
		const { name, drawings } = this.random.pick(this.things);
		const drawing = this.random.pick(drawings);
		const { svg, color, mean, oneColor } = drawing;
		if (oneColor) return { noun: name, svg, drawing, color: someColor(this.random, behind) };
		return { noun: name, svg, drawing, mostly: colorNames[color], mean };
	}
}
