/**
 * @file Steering: what edits make of a run, between its steps. All of it follows from the edits and the drawing of that moment,
 * so that a run that is repeated with its edits is the same run. A stroke that is locked has no gradient and, its moments being 0,
 * is not moved by Adam; it goes on from rest when it is unlocked.
 */

import { AtelierError } from '../errors.js';
import { type Edit, type EditRequest, editSchema, type Words } from '../recipe/edits.js';
import { mostValues, plainDataIssues } from '../recipe/plain-data.js';
import { resolveEdit } from '../recipe/resolve.js';
import { inOrder } from '../recipe/words-after.js';
import type { Parameters } from '../renderers/renderer.js';
import { validated } from '../validation.js';
import type { Candidate, PainterSetup } from './painter.js';
import { forgetMoments, numbersOf, putNumbers, withStroke, zeroNumbers } from './stroke-edits.js';

/** An edit that was made. */
export interface Edited {
	/** With the step at which it was made, and its words as they were read. */
	readonly edit: Edit;
	/** For people: unknown words and the like. */
	readonly warnings: readonly string[];
}

/** What it takes to take an edit back. */
type Undo =
	| { readonly what: 'words'; readonly words: Words | undefined }
	| { readonly what: 'rate'; readonly rate: number }
	| { readonly what: 'keep' }
	| { readonly what: 'add'; readonly stroke: number }
	| {
			readonly what: 'strokes';
			readonly strokes: readonly number[];
			/** Those of them that were locked. */
			readonly locked: readonly number[];
			/** What they were like. */
			numbers: Float32Array;
	  };

/** Edits that can be taken back, the last ones. */
const mostUndone = 100;
const mostEdits = 1000;

/** The drawings that an edit changes. */
interface Field {
	candidates: Candidate[];
	readonly best: Candidate;
}

/** The edits of a run, and what they have made of its setup. */
export class Steering {
	/** Made so far. */
	readonly made: Edit[] = [];
	readonly locked = new Set<number>();
	/** Factor on the learning rates. */
	rate = 1;
	/** Still to come: those of the recipe. */
	private coming: Edit[];
	/** Strokes that were drawn by hand. */
	private readonly added: Parameters[] = [];
	/** Those of an edit; undefined for the recipe's. */
	private words: Words | undefined;
	/** Whether `setup` is guided by these words. */
	private isGuided = true;
	private readonly undos: Undo[] = [];

	/** @param setup of the recipe, before any edit */
	constructor(
		private readonly first: PainterSetup,
		/** What the painter works with now. */
		public setup = first,
	) {
		this.coming = inOrder(first.edits ?? []);
	}

	/**
	 * As it was after the recipe's first edits.
	 *
	 * @param numbers those of {@link history}
	 * @throws AtelierError E_RECIPE when these are not the edits that it was made with
	 */
	static restore(setup: PainterSetup, edits: number, numbers: (i: number) => Float32Array | undefined): Steering {
		const steering = new Steering(setup);
		if (edits > steering.coming.length)
			throw new AtelierError(
				'E_RECIPE',
				`expected a recipe with the ${edits} edits that the drawing was made with, got one of ${steering.coming.length}`,
			);
		for (const edit of steering.coming.splice(0, edits)) steering.note(edit);
		for (const [i, undo] of steering.undos.entries()) {
			if (undo.what !== 'strokes') continue;
			const kept = numbers(i);
			if (!kept) throw new AtelierError('E_RECIPE', `expected what strokes were like before an edit, got nothing`);
			undo.numbers = kept;
		}
		steering.grow();
		steering.isGuided = steering.words === undefined;
		return steering;
	}

	/** Made, then still to come: the recipe's edits. */
	get edits(): readonly Edit[] {
		return [...this.made, ...this.coming];
	}

	/** What strokes were like before edits that may be taken back, by its place. */
	get history(): readonly (readonly [i: number, numbers: Float32Array])[] {
		return this.undos.flatMap((undo, i) => (undo.what === 'strokes' ? [[i, undo.numbers] as const] : []));
	}

	/** An edit as it is asked for, checked and with all that it leaves to chance decided. @throws AtelierError E_RECIPE, E_ARGUMENT */
	read(request: EditRequest, step: number): Edit {
		const edit = validated(editSchema, { ...request, at: step }, 'E_RECIPE', 'edit');
		// With room for what else is in a recipe: what is drawn must be readable again.
		const { edits } = this;
		if (edits.length >= mostEdits || plainDataIssues([...edits, edit], mostValues / 2).length > 0)
			throw new AtelierError(
				'E_RECIPE',
				`expected at most ${mostEdits} edits of ${mostValues / 2} numbers in all, got more; go on from a branch or the picture`,
			);
		return resolveEdit(edit, this.made.length, this.first.seed);
	}

	/** Make the recipe's edits that are due after these steps. @throws AtelierError E_RECIPE */
	async settle(step: number, field: Field): Promise<void> {
		for (let next = this.coming[0]; next && next.at <= step; next = this.coming[0]) {
			await this.make(next, field);
			this.coming.shift();
		}
	}

	/** What guides follows the words, also after a snapshot. */
	async ready(): Promise<void> {
		if (!this.isGuided) await this.guide(this.words);
	}

	/**
	 * Make an edit; resolves to warnings.
	 *
	 * @throws AtelierError E_RECIPE for what cannot be done; nothing is changed then
	 */
	async make(edit: Edit, field: Field): Promise<readonly string[]> {
		const warnings = await this.change(edit, field);
		// They were of other words, or of another drawing.
		for (const candidate of field.candidates) delete candidate.looks;
		return warnings;
	}

	private async change(edit: Edit, field: Field): Promise<readonly string[]> {
		const place = `edits.${this.made.length} (${edit.do} at step ${edit.at})`;
		const refuse = (expected: string, got: string, advice = ''): never => {
			throw new AtelierError('E_RECIPE', `${place}: expected ${expected}, got ${got}${advice && `; ${advice}`}`);
		};
		const { renderer } = this.setup;
		let warnings: readonly string[] = [];
		switch (edit.do) {
			case 'words':
				warnings = await this.guide({ prompts: edit.prompts, negative: edit.negative }, place);
				this.note(edit);
				break;
			case 'rate':
				this.note(edit);
				break;
			case 'keep': {
				const left = field.candidates.map((c) => c.index);
				const missing = edit.candidates.find((index) => !left.includes(index));
				if (missing !== undefined) refuse(`candidates out of ${left.join(', ')}`, String(missing));
				field.candidates = field.candidates.filter((c) => edit.candidates.includes(c.index));
				this.note(edit);
				break;
			}
			case 'add': {
				if (!renderer.grown || !renderer.fitted)
					return refuse(`the renderer strokes to draw on`, `'${renderer.name}'`, this.instead());
				this.note(edit);
				this.grow();
				field.candidates = [withStroke(field.best, this.added.at(-1)!)];
				break;
			}
			case 'undo': {
				const last = this.undos.at(-1);
				if (!last)
					return refuse('an edit to take back', this.made.length > 0 ? 'none that is left' : 'none', 'make one first');
				if (last.what === 'keep') return refuse('an edit that can be taken back', 'keep', 'branch the run instead');
				if (last.what === 'words') await this.guide(last.words, place);
				this.note(edit);
				if (last.what === 'add') renderer.hide?.(field.best.params, last.stroke);
				if (last.what === 'strokes') {
					putNumbers(renderer, field.best.params, last.strokes, last.numbers);
					forgetMoments(renderer, field.best.adam, last.strokes);
				}
				break;
			}
			default: {
				const count = renderer.partRanges ? (renderer.elements ?? 0) : 0;
				if (count === 0) return refuse('the renderer strokes or shapes', `'${renderer.name}'`, this.instead());
				const strokes = [...new Set(edit.strokes)];
				const outside = strokes.find((stroke) => stroke >= count);
				if (outside !== undefined) return refuse(`${renderer.name} from 0 to ${count - 1}`, String(outside));
				const { best } = field;
				field.candidates = [best];
				this.note(edit, numbersOf(renderer, best.params, strokes));
				forgetMoments(renderer, best.adam, strokes);
				if (edit.do === 'erase') for (const stroke of strokes) renderer.hide?.(best.params, stroke);
				if (edit.do === 'move') renderer.move?.(best.params, strokes, edit.by);
			}
		}
		return warnings;
	}

	/** Take the gradient of locked strokes away, in place; the function that is returned puts their parameters back as they are now. */
	hold(params: Parameters, gradients: Parameters): () => void {
		if (this.locked.size === 0) return () => {};
		const { renderer } = this.setup;
		zeroNumbers(renderer, gradients, this.locked);
		const numbers = numbersOf(renderer, params, this.locked);
		return () => putNumbers(renderer, params, this.locked, numbers);
	}

	/** What an edit changes besides drawings: a function of the edits alone. */
	private note(edit: Edit, numbers: Float32Array = new Float32Array(0)): void {
		const { undos, locked } = this;
		switch (edit.do) {
			case 'words':
				undos.push({ what: 'words', words: this.words });
				this.words = { prompts: edit.prompts, negative: edit.negative };
				break;
			case 'rate':
				undos.push({ what: 'rate', rate: this.rate });
				this.rate = edit.rate;
				break;
			case 'keep':
				undos.push({ what: 'keep' });
				break;
			case 'add': {
				const { renderer } = this.first;
				const stroke = (renderer.elements ?? 0) + this.added.length;
				this.added.push(renderer.fitted?.(edit) ?? {});
				undos.push({ what: 'add', stroke });
				locked.add(stroke);
				break;
			}
			case 'undo': {
				const last = undos.pop();
				if (last?.what === 'words') this.words = last.words;
				if (last?.what === 'rate') this.rate = last.rate;
				if (last?.what === 'strokes') this.lock(last.strokes, (stroke) => last.locked.includes(stroke));
				break;
			}
			default: {
				const strokes = [...new Set(edit.strokes)];
				undos.push({ what: 'strokes', strokes, locked: strokes.filter((stroke) => locked.has(stroke)), numbers });
				if (edit.do !== 'move') this.lock(strokes, () => edit.do !== 'unlock');
			}
		}
		if (undos.length > mostUndone) undos.shift();
		this.made.push(edit);
	}

	private lock(strokes: readonly number[], isLocked: (stroke: number) => boolean): void {
		for (const stroke of strokes)
			if (isLocked(stroke)) this.locked.add(stroke);
			else this.locked.delete(stroke);
	}

	/** The renderer follows the number of strokes. */
	private grow(): void {
		const { renderer } = this.first;
		if (this.added.length > 0) this.setup = { ...this.setup, renderer: renderer.grown?.(this.added) ?? renderer };
	}

	/** Be guided by other words; undefined for the recipe's. */
	private async guide(words: Words | undefined, place = 'edits'): Promise<readonly string[]> {
		if (!this.first.reword)
			throw new AtelierError(
				'E_RECIPE',
				`${place}: expected a run whose words can be changed, got one without an encoder`,
			);
		const { guidance, warnings } = await this.first.reword(words);
		const { guidance: _, ...rest } = this.setup;
		this.setup = { ...rest, ...(guidance && { guidance }) };
		this.isGuided = true;
		return warnings;
	}

	/** What can be done with any renderer. */
	private instead(): string {
		return 'with this one use words, rate, keep or undo';
	}
}
