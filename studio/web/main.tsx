/** @file The page. */

import { render } from 'preact';

const app = document.getElementById('app');
if (app) render(<main>Atelier</main>, app);
